package io.unipin.kvcache;

/** The reason why rows were not written to the tier below the cache. */
public enum KvTierDrop {
  /** Too many bytes waited to be written. */
  FULL,
  /** A write failed a short time ago, so the tier is off until the next attempt. */
  OFF,
  /** The entry left the cache before it was written. */
  GONE
}
