package io.unipin.kvcache;

/**
 * The place of a present key in the {@link EvictionOrder}. Thread-safe: the fields are volatile,
 * because a use changes them without the order's lock.
 */
final class EvictionPlace {
  volatile KvEntry entry;
  volatile long usedAt;

  /** The time from which the key may be evicted. */
  volatile double due;

  /** Threads increment this number without a lock, because a lost use does little harm. */
  volatile int uses;

  EvictionPlace(KvEntry entry) {
    this.entry = entry;
  }
}
