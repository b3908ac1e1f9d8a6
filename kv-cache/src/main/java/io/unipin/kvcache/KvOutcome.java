package io.unipin.kvcache;

/** What the cache had for a request. */
public enum KvOutcome {
  /** All rows and the final state: nothing to encode. */
  HIT,
  /** The first rows: the others are to be encoded. */
  APPEND,
  /** Nothing of use: all rows are to be encoded. */
  PREFILL,
  /**
   * The block is transient and can't be kept: the cache was full, another request was writing the same entry for longer
   * than the caller would wait, or the lease is a branch. Its first rows may still have been copied from an entry.
   */
  UNCACHED
}
