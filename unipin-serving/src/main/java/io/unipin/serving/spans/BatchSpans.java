package io.unipin.serving.spans;

/** Receives the spans of batches that were read from another engine. Thread-safe. */
public interface BatchSpans {
  /** Takes no spans. */
  BatchSpans NONE =
      new BatchSpans() {
        @Override
        public boolean enabled() {
          return false;
        }

        @Override
        public void record(FinishedBatch batch) {}
      };

  /** Whether spans are taken. */
  boolean enabled();

  void record(FinishedBatch batch);
}
