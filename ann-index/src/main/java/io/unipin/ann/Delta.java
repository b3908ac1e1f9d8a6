package io.unipin.ann;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The vectors that came since the main index was built: few, scored one by one. A changed delta is a new object that shares the rows
 * that stay; those it adds lie behind the end of every older one.
 *
 * <p>Immutable.
 */
final class Delta {
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

  boolean holds(long id) {
    return row(id) >= 0;
  }

  /** With a vector more, in the place of an older one of the same id. Only the newest delta may be added to. */
  Delta with(long id, float[] vector) {
    float[] grownRows = rows;
    long[] grownIds = ids;
    if (count == ids.length) {
      int room = Math.max(64, 2 * count);
      grownRows = Arrays.copyOf(rows, Math.multiplyExact(room, dimension));
      grownIds = Arrays.copyOf(ids, room);
    }
    System.arraycopy(vector, 0, grownRows, count * dimension, dimension);
    grownIds[count] = id;
    return new Delta(dimension, grownRows, grownIds, count + 1, deadWith(row(id)));
  }

  Delta without(long id) {
    return new Delta(dimension, rows, ids, count, deadWith(row(id)));
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

  private int row(long id) {
    for (int row = dead.nextClearBit(0); row < count; row = dead.nextClearBit(row + 1)) {
      if (ids[row] == id) {
        return row;
      }
    }
    return -1;
  }

  private BitSet deadWith(int row) {
    if (row < 0) {
      return dead;
    }
    BitSet more = (BitSet) dead.clone();
    more.set(row);
    return more;
  }
}
