package io.unipin.kvcache;

/** The result of a look-up in the tier below the cache. */
public enum KvTierLookup {
  /** Rows were read. */
  RELOADED,
  /** The tier held no rows that the cache lacked. */
  ABSENT,
  /** The tier held rows, but encoding them was expected to be faster than reading them. */
  DECLINED,
  /** The tier held rows, but none of them could be read and verified. */
  FAILED
}
