package io.unipin.serving.items;

import io.unipin.feedlog.arrays.LongHash;
import java.util.BitSet;

/**
 * A hash table from distinct longs to rows of a fixed number of longs, with linear probing in flat
 * arrays. Each key takes 8 bytes, and 8 further bytes for each column. A growing table is 70 to 88
 * % full.
 *
 * <p>Not thread-safe. A change or a look-up takes O(1).
 */
final class LongTable {
  private static final int LEAST = 16;

  private final int columns;
  private long[] keys = new long[LEAST];
  private long[] rows; // (keys.length, columns) values of the keys
  private BitSet full = new BitSet();
  private int size;

  /** Creates a table with this number of longs for each key; a table of 0 columns is a set. */
  LongTable(int columns) {
    this.columns = columns;
    this.rows = new long[LEAST * columns];
  }

  int size() {
    return size;
  }

  boolean holds(long key) {
    return full.get(place(key));
  }

  /** Returns the value of a key in a column, or {@code otherwise} if the table lacks the key. */
  long get(long key, int column, long otherwise) {
    int place = place(key);
    return full.get(place) ? rows[place * columns + column] : otherwise;
  }

  /** Adds a key with its row, or replaces the key's row. Returns whether the key was added. */
  boolean put(long key, long... row) {
    int place = place(key);
    boolean isNew = !full.get(place);
    if (isNew) {
      if (8 * (size + 1L) > 7L * keys.length) {
        resize(Math.toIntExact((size + 1L) * 10 / 7));
        place = place(key);
      }
      keys[place] = key;
      full.set(place);
      size++;
    }
    System.arraycopy(row, 0, rows, place * columns, columns);
    return isNew;
  }

  /** Removes a key. Returns whether the table held it. */
  boolean remove(long key) {
    int gap = place(key);
    if (!full.get(gap)) {
      return false;
    }
    for (int place = next(gap); full.get(place); place = next(place)) {
      // The key at this index may fill the gap, unless the search for this key begins after the
      // gap.
      if (distance(home(keys[place]), place) >= distance(gap, place)) {
        keys[gap] = keys[place];
        System.arraycopy(rows, place * columns, rows, gap * columns, columns);
        gap = place;
      }
    }
    full.clear(gap);
    size--;
    if (keys.length > LEAST && 4L * size < keys.length) {
      resize(Math.max(LEAST, 2 * size));
    }
    return true;
  }

  /** Returns all keys, in any order. */
  long[] keys() {
    return full.stream().mapToLong(place -> keys[place]).toArray();
  }

  /** Returns the number of keys for which memory is allocated. */
  int room() {
    return keys.length;
  }

  private void resize(int room) {
    long[] oldKeys = keys;
    long[] oldRows = rows;
    BitSet oldFull = full;
    keys = new long[room];
    rows = new long[Math.multiplyExact(room, columns)];
    full = new BitSet(room);
    for (int old = oldFull.nextSetBit(0); old >= 0; old = oldFull.nextSetBit(old + 1)) {
      int place = place(oldKeys[old]);
      keys[place] = oldKeys[old];
      full.set(place);
      System.arraycopy(oldRows, old * columns, rows, place * columns, columns);
    }
  }

  /**
   * Returns the index of a key. If the table lacks the key, returns the free index that the key
   * would take.
   */
  private int place(long key) {
    int place = home(key);
    while (full.get(place) && keys[place] != key) {
      place = next(place);
    }
    return place;
  }

  private int next(int place) {
    return place + 1 == keys.length ? 0 : place + 1;
  }

  /** Returns the number of steps from one index to another, going round at the end. */
  private int distance(int from, int to) {
    return to >= from ? to - from : to - from + keys.length;
  }

  /** Returns the index at which the search for a key begins. */
  private int home(long key) {
    return LongHash.place(key, keys.length);
  }
}
