package io.unipin.counts;

import io.unipin.feedlog.arrays.LongRows;

/**
 * Counts of impressions by the values of a key. A value with too few impressions has no row.
 * Immutable; the arrays are read-only.
 */
final class CountTable {
  private final long[] keys;
  private final int windows;
  private final int actions;
  private final int[] shown;
  private final int[] got;
  private final LongRows rows;

  /**
   * Creates a table. The arrays are not copied.
   *
   * @param keys (rows) values of the key, ascending
   * @param shown (rows, windows) number of impressions
   * @param got (rows, windows, actions) number of these impressions that got each action
   */
  CountTable(long[] keys, int windows, int actions, int[] shown, int[] got) {
    this.keys = keys;
    this.windows = windows;
    this.actions = actions;
    this.shown = shown;
    this.got = got;
    this.rows = new LongRows(keys.length);
    for (int row = 0; row < keys.length; row++) {
      rows.put(keys[row], row);
    }
  }

  int size() {
    return keys.length;
  }

  int windows() {
    return windows;
  }

  int actions() {
    return actions;
  }

  long key(int row) {
    return keys[row];
  }

  /** Returns the row of a key's value; -1 if the value has no row. */
  int row(long key) {
    return rows.get(key);
  }

  int shown(int row, int window) {
    return shown[row * windows + window];
  }

  int got(int row, int window, int action) {
    return got[(row * windows + window) * actions + action];
  }

  /** Returns the size of the counts in memory, in bytes. */
  long bytes() {
    // the hash table has two to four slots of 12 bytes for each row
    return 44L * keys.length + Integer.BYTES * ((long) shown.length + got.length);
  }
}
