package io.unipin.kvcache;

/** The reason why an entry left the cache. */
public enum KvDeparture {
  /** The eviction policy found that other entries were worth more. */
  POLICY,
  /** A new block needed the entry's memory, because no free run was long enough. */
  ROOM,
  /** The entry was not used for as long as the cache's time to live. */
  AGE,
  /** The entry's user or model was erased, or the cache was closed. */
  ERASED
}
