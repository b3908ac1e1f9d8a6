package io.unipin.serving.experiment;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Recently added hashes in a table of fixed size. A new hash replaces an older hash with the same
 * slot.
 *
 * <p>So the table may forget a hash, but it never reports a hash that was not added. Thread-safe,
 * without locks.
 */
final class RecentHashes {
  private static final int SIZE = 1 << 20;

  private final AtomicLongArray table = new AtomicLongArray(SIZE);

  private static int slot(long hash) {
    return (int) (hash >>> 32) & (SIZE - 1);
  }

  /** Adds a hash. Returns whether the table did not hold the hash. */
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
