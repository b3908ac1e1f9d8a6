package io.unipin.kvcache;

/** Why an entry went. */
public enum KvDeparture {
  /** The policy found others more worth keeping. */
  POLICY,
  /** A new block needed its place: there was memory enough, but in pieces or in use. */
  ROOM,
  /** It was not used for the time to live. */
  AGE,
  /** Its user, its model or the cache was erased. */
  ERASED
}
