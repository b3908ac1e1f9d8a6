package io.unipin.kvcache;

/** What the cache held for a request. */
public enum KvOutcome {
  /** The cache held all rows and the final state. There is nothing to encode. */
  HIT,
  /** The cache held the first rows. The other rows are to be encoded. */
  APPEND,
  /** The cache held no usable rows. All rows are to be encoded. */
  PREFILL,
  /**
   * Rows came from the {@link KvTier} below the cache. The rows that the tier lacks are to be
   * encoded.
   */
  RELOAD,
  /**
   * The request got a transient block, which the cache does not keep. There are three causes. The
   * cache was full. Another request wrote the same entry for longer than the caller would wait. Or
   * the lease comes from {@link UserKvCache#branch} or {@link UserKvCache#aside}. The first rows
   * may have been copied from an entry.
   */
  UNCACHED
}
