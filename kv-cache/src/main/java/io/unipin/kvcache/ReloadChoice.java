package io.unipin.kvcache;

/**
 * Decides whether a request's rows are encoded or read from the {@link KvTier} below the cache.
 * Each request has a choice of its own, which one thread uses.
 */
public interface ReloadChoice {
  /** Reads whatever the tier holds. */
  ReloadChoice ALWAYS =
      new ReloadChoice() {
        @Override
        public boolean pays(Offer offer) {
          return true;
        }

        @Override
        public void took(long bytes, long nanos) {}
      };

  /**
   * What a tier holds for a request.
   *
   * @param reused number of the request's first rows that the cache holds
   * @param held number of the request's first rows that the tier holds, more than {@code reused}
   * @param whole whether the tier holds all rows and the state, so that nothing is encoded
   * @param rows number of rows of the request
   * @param bytes bytes to read
   */
  record Offer(int reused, int held, boolean whole, int rows, long bytes) {}

  /** Returns whether the rows are read from the tier. */
  boolean pays(Offer offer);

  /** Receives the bytes and the time of a read that this choice allowed. */
  void took(long bytes, long nanos);
}
