package io.unipin.kvcache;

import java.time.Duration;

/**
 * Decides whether a request's rows are read from a {@link KvTier} below the cache or encoded. A
 * request has its own choice, which one thread uses.
 */
public interface ReloadChoice {
  /** Reads whatever a tier holds. */
  ReloadChoice ALWAYS =
      new ReloadChoice() {
        @Override
        public Duration patience(Question question) {
          return Duration.ofMinutes(1);
        }

        @Override
        public void answered(Question question, long nanos) {}

        @Override
        public void unanswered(Question question, long nanos) {}

        @Override
        public boolean pays(Offer offer) {
          return true;
        }

        @Override
        public void took(Offer offer, long bytes, long nanos) {}

        @Override
        public void failed(Offer offer, long nanos) {}
      };

  /**
   * The rows for which a request would ask a tier.
   *
   * @param tier name of the tier
   * @param reused number of the request's first rows that the cache holds
   * @param rows number of rows of the request
   */
  record Question(String tier, int reused, int rows) {}

  /**
   * What a tier holds for a request.
   *
   * @param held number of the request's first rows that the tier holds; it is greater than the
   *     number that the cache holds
   * @param whole whether the tier holds all rows and the state, so that nothing is encoded
   * @param bytes bytes to read
   */
  record Offer(Question question, int held, boolean whole, long bytes) {}

  /**
   * Returns the longest time for which the request waits for a tier: to ask the tier and to read
   * from it. The tier is not asked if this time is zero.
   */
  Duration patience(Question question);

  /** Receives the time that a tier took to answer which rows it holds. */
  void answered(Question question, long nanos);

  /**
   * Receives the time for which a request waited for a tier without an answer. The answer takes
   * longer than this time. How much longer is unknown, because the request may have had little
   * time.
   */
  void unanswered(Question question, long nanos);

  /** Returns whether the rows are read from the tier. */
  boolean pays(Offer offer);

  /** Receives the time of a read that the choice allowed. */
  void took(Offer offer, long bytes, long nanos);

  /** Receives the time of a read that the choice allowed and that brought no rows. */
  void failed(Offer offer, long nanos);
}
