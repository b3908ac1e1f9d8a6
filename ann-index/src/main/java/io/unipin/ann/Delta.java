package io.unipin.ann;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The vectors that came since the main index was built: few, scored one by one. A changed delta is a new object that shares the rows
 * that stay; those it adds lie behind the end of every older one.
 *
 * <p>Rows whose vector was replaced or taken away are dead. They are left behind when there are more of them than of the living, so
 * that the rows are bounded by twice what lives, however often one item changes.
 *
 * <p>Immutable.
 */
final class Delta {
  private static final int LEAST_ROOM = 64;

  /** From so many ids on, rows are looked up in a table that is made for it. */
  private static final int MANY = 8;

  private final int dimension;
  private final float[] rows; // (at least count, dimension)
  private final long[] ids;
  private final int count;
  private final BitSet dead;

  private Delta(int dimension, float[] rows, long[] ids, int count, BitSet dead) {
    this.dimension = dimension;
    this.rows = rows;
    this.ids = ids;
    this.count = count;
    this.dead = dead;
  }

  static Delta empty(int dimension) {
    return new Delta(dimension, new float[0], new long[0], 0, new BitSet());
  }

  /** Number of vectors. */
  int size() {
    return count - dead.cardinality();
  }

  /** Rows that there is memory for. */
  int room() {
    return ids.length;
  }

  boolean holds(long id) {
    return row(id) >= 0;
  }

  /**
   * With vectors more, each in the place of an older one of the same id. Only the newest delta may be added to.
   *
   * @param added distinct
   * @param vectors (added.length, dimension)
   */
  Delta with(long[] added, float[] vectors) {
    Delta rest = without(added);
    if (rest.count + added.length > rest.ids.length) {
      rest = rest.compact(added.length);
    }
    System.arraycopy(vectors, 0, rest.rows, rest.count * dimension, vectors.length);
    System.arraycopy(added, 0, rest.ids, rest.count, added.length);
    return new Delta(dimension, rest.rows, rest.ids, rest.count + added.length, rest.dead);
  }

  /** Without the vectors of these ids; ids it does not hold are of no consequence. */
  Delta without(long[] gone) {
    BitSet more = null;
    for (int row : rows(gone)) {
      if (row >= 0) {
        more = more == null ? (BitSet) dead.clone() : more;
        more.set(row);
      }
    }
    if (more == null) {
      return this;
    }
    Delta rest = new Delta(dimension, rows, ids, count, more);
    int waste = more.cardinality();
    return waste > count - waste + LEAST_ROOM ? rest.compact(0) : rest;
  }

  /** The living alone, with room for others. */
  private Delta compact(int others) {
    int wanted = Math.addExact(size(), others);
    int room = Math.max(LEAST_ROOM, wanted + wanted / 2);
    float[] livingRows = new float[Math.multiplyExact(room, dimension)];
    long[] livingIds = new long[room];
    int[] filled = {0};
    forEach(
        (id, from, offset) -> {
          System.arraycopy(from, offset, livingRows, filled[0] * dimension, dimension);
          livingIds[filled[0]++] = id;
        });
    return new Delta(dimension, livingRows, livingIds, filled[0], new BitSet());
  }

  /** Offers every vector that passes. */
  void score(float[] queries, int query, ItemFilter filter, TopK best) {
    for (int row = dead.nextClearBit(0); row < count; row = dead.nextClearBit(row + 1)) {
      float score =
          ExactIndex.innerProduct(queries, query * dimension, rows, row * dimension, dimension);
      // Few get so far, and a filter takes longer than a score.
      if (score >= best.threshold() && filter.passes(ids[row])) {
        best.offer(ids[row], score);
      }
    }
  }

  /** The ids, and their rows to a receiver. */
  void forEach(Receiver receiver) {
    for (int row = dead.nextClearBit(0); row < count; row = dead.nextClearBit(row + 1)) {
      receiver.take(ids[row], rows, row * dimension);
    }
  }

  /** Takes a vector that begins somewhere in an array. */
  interface Receiver {
    void take(long id, float[] rows, int offset);
  }

  /** The row of each id, or −1. */
  int[] rows(long[] wanted) {
    if (wanted.length <= MANY) {
      return Arrays.stream(wanted).mapToInt(this::row).toArray();
    }
    Map<Long, Integer> living = new HashMap<>();
    for (int row = dead.nextClearBit(0); row < count; row = dead.nextClearBit(row + 1)) {
      living.put(ids[row], row);
    }
    return Arrays.stream(wanted).mapToInt(id -> living.getOrDefault(id, -1)).toArray();
  }

  /** Copies a row. */
  void copy(int row, float[] into, int offset) {
    System.arraycopy(rows, row * dimension, into, offset, dimension);
  }

  private int row(long id) {
    for (int row = dead.nextClearBit(0); row < count; row = dead.nextClearBit(row + 1)) {
      if (ids[row] == id) {
        return row;
      }
    }
    return -1;
  }
}
