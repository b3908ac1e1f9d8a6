package io.unipin.ann;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The vectors that were added since the main index was built. There are few such vectors, and a
 * search scores them one by one.
 *
 * <p>Immutable. A change creates a new delta, which shares the memory of the older delta's rows.
 * The new delta's added rows lie after the last row of every older delta.
 *
 * <p>A row is dead when its vector was replaced or deleted. Once the dead rows outnumber the living
 * rows by {@value #LEAST_ROOM}, the living rows are copied to new memory. So the memory is at most
 * about twice the memory of the living rows, even if an item changes often.
 */
final class Delta {
  /** The minimum number of rows for which memory is allocated. */
  private static final int LEAST_ROOM = 64;

  /** A look-up of more than this number of ids sorts the ids and makes one pass over the rows. */
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

  /** Returns the number of vectors. */
  int size() {
    return count - dead.cardinality();
  }

  /** Returns the number of rows for which memory is allocated. */
  int room() {
    return ids.length;
  }

  boolean holds(long id) {
    return row(id) >= 0;
  }

  /**
   * Returns a delta with added vectors. An added vector replaces an older vector of the same id.
   * Only the newest delta may be extended, because the memory after its rows is shared.
   *
   * @param added ids of the vectors, distinct
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

  /** Returns a delta without the vectors of these ids. Ignores ids that the delta does not hold. */
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

  /** Returns a copy of the living rows, with room for {@code others} more rows. */
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

  /** Scores all vectors, and offers the vectors that pass the filter to {@code best}. */
  void score(float[] queries, int query, ItemFilter filter, TopK best) {
    for (int row = dead.nextClearBit(0); row < count; row = dead.nextClearBit(row + 1)) {
      float score =
          ExactIndex.innerProduct(queries, query * dimension, rows, row * dimension, dimension);
      // The filter is asked last, because few vectors reach the threshold, and asking the filter
      // takes longer than computing a score.
      if (score >= best.threshold() && filter.passes(ids[row])) {
        best.offer(ids[row], score);
      }
    }
  }

  /** Passes every vector with its id to a receiver. */
  void forEach(Receiver receiver) {
    for (int row = dead.nextClearBit(0); row < count; row = dead.nextClearBit(row + 1)) {
      receiver.take(ids[row], rows, row * dimension);
    }
  }

  /** Receives the vectors of a delta one by one. */
  interface Receiver {
    /** Receives a vector that starts at {@code offset} of an array. */
    void take(long id, float[] rows, int offset);
  }

  /** Returns the row of each id; −1 for an id that the delta does not hold. */
  int[] rows(long[] wanted) {
    if (wanted.length <= MANY) {
      return Arrays.stream(wanted).mapToInt(this::row).toArray();
    }
    long[] sorted = wanted.clone();
    Arrays.sort(sorted);
    int[] found = new int[sorted.length];
    Arrays.fill(found, -1);
    for (int row = dead.nextClearBit(0); row < count; row = dead.nextClearBit(row + 1)) {
      int place = Arrays.binarySearch(sorted, ids[row]);
      if (place >= 0) {
        found[place] = row;
      }
    }
    return Arrays.stream(wanted).mapToInt(id -> found[Arrays.binarySearch(sorted, id)]).toArray();
  }

  /** Copies a row to {@code offset} of an array. */
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
