package io.unipin.serving.experiment;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Hashes that came lately, in a fixed table: a new one takes the place of an older one with the same slot. So it may forget, and
 * never takes a hash for one that did not come. Thread-safe, without locks.
 */
final class RecentHashes {
  private static final int SIZE = 1 << 20;

  private final AtomicLongArray table = new AtomicLongArray(SIZE);

  private static int slot(long hash) {
    return (int) (hash >>> 32) & (SIZE - 1);
  }

  /** Whether the hash is new. */
  boolean add(long hash) {
    return table.getAndSet(slot(hash), hash) != hash;
  }

  void remove(long hash) {
    table.compareAndSet(slot(hash), hash, 0);
  }

  void clear() {
    for (int i = 0; i < SIZE; i++) {
      table.setOpaque(i, 0);
    }
  }
}
