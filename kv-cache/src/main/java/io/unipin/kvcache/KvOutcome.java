package io.unipin.kvcache;

/** What the cache held for a request. */
public enum KvOutcome {
  /** All rows and the final state. There is nothing to encode. */
  HIT,
  /** The first rows. The others are to be encoded. */
  APPEND,
  /** No usable rows. All rows are to be encoded. */
  PREFILL,
  /**
   * A transient block, which cannot be kept. The cache was full, another request wrote the same
   * entry for longer than the caller would wait, or the lease is a branch or aside. The first rows
   * may have been copied from an entry.
   */
  UNCACHED
}
