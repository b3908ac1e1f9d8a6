package io.unipin.kvcache;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The numbers by which the {@link EvictionOrder} orders a key. When the key leaves the order, this
 * object forgets the key and its entry. The reason is that a queue may hold this object for longer,
 * and an erased user must not stay in memory. The order's lock guards the key and the entry. The
 * numbers are volatile, because threads that use the entry change them without the lock.
 */
final class EvictionPlace {
  private @Nullable KvKey key;
  private @Nullable KvEntry entry;

  /** The {@link KvEntry#saving} of the entry. */
  volatile double saving;

  volatile long usedAt;

  /** The time from which the key may be evicted. */
  volatile double due;

  /** Threads increment this number without a lock, because a lost use does little harm. */
  volatile int uses;

  EvictionPlace(KvKey key, KvEntry entry) {
    this.key = key;
    this.entry = entry;
    saving = entry.saving();
  }

  void replace(KvEntry other) {
    entry = other;
    saving = other.saving();
  }

  /** Returns whether the key is still in the order. */
  boolean isPresent() {
    return key != null;
  }

  /** Returns the key, which must be present. */
  KvKey key() {
    return Objects.requireNonNull(key);
  }

  /** Returns the entry of the key, which must be present. */
  KvEntry entry() {
    return Objects.requireNonNull(entry);
  }

  /** Forgets the key and its entry. */
  void leave() {
    key = null;
    entry = null;
  }
}
