package io.unipin.feedlog.arrays;

import java.util.Arrays;

/** A hash table that maps distinct longs to rows. It uses linear probing in two flat arrays. */
public final class LongRows {
  private static final int EMPTY = -1;

  private final long[] keys;
  private final int[] rows;
  private final int mask;

  public LongRows(int expected) {
    int slots = Integer.highestOneBit(Math.max(2, Math.min(expected, 1 << 28))) * 4;
    this.keys = new long[slots];
    this.rows = new int[slots];
    this.mask = slots - 1;
    Arrays.fill(rows, EMPTY);
  }

  /** Adds a key with its row. Returns false and changes nothing if the key is present. */
  public boolean put(long key, int row) {
    int slot = slot(key);
    if (rows[slot] != EMPTY) {
      return false;
    }
    keys[slot] = key;
    rows[slot] = row;
    return true;
  }

  /** Returns the row of the key, or -1 when the key is absent. */
  public int get(long key) {
    return rows[slot(key)];
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & mask;
    while (rows[slot] != EMPTY && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
