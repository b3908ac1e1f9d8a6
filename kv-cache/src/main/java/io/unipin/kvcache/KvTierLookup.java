package io.unipin.kvcache;

/** The result of a look-up in the tier below the cache. */
public enum KvTierLookup {
  /** Rows were read. */
  RELOADED,
  /** The tier held no rows that the cache lacked. */
  ABSENT,
  /** Encoding the rows was expected to be faster than asking the tier or reading from it. */
  DECLINED,
  /** The tier held rows, but none of them could be read and verified. */
  FAILED,
  /** The tier gave no answer in the time that the request had. */
  AWAY
}
