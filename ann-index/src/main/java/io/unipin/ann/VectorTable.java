package io.unipin.ann;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of an index by row. The vectors may lie outside the heap, in memory that belongs to
 * the caller.
 *
 * <p>Immutable and thread-safe, as long as nobody changes the given buffers and arrays.
 */
public final class VectorTable {
  private final FloatBuffer base; // (rows of the base, dimension); its position never moves
  private final int dimension;

  /**
   * The location of each row, as one number: i stands for row i of the base, and −1 − i for row i
   * of {@code own}. Null if every row r of the table is row r of the base.
   */
  private final int @Nullable [] places;

  private final float[] own; // (own rows, dimension)

  private VectorTable(FloatBuffer base, int dimension, int @Nullable [] places, float[] own) {
    this.base = base;
    this.dimension = dimension;
    this.places = places;
    this.own = own;
  }

  /**
   * Returns a table of all rows of a buffer, without a copy.
   *
   * @param rows (size, dimension) row major from position 0 to the limit; must not change
   *     afterwards
   */
  public static VectorTable of(FloatBuffer rows, int dimension) {
    Vectors.checkDimension(dimension);
    if (rows.limit() % dimension != 0) {
      throw new IllegalArgumentException(
          "whole rows of dimension %s expected, got %s floats".formatted(dimension, rows.limit()));
    }
    return new VectorTable(rows.duplicate(), dimension, null, new float[0]);
  }

  /**
   * Returns a table of the rows of an array, without a copy. The array must not change afterwards.
   */
  public static VectorTable of(float[] rows, int dimension) {
    return of(FloatBuffer.wrap(rows), dimension);
  }

  /**
   * Returns a table with rows of this table's base and of {@code ownRows}.
   *
   * @param where the location of each row, as in {@link #places}
   */
  VectorTable over(int[] where, float[] ownRows) {
    return new VectorTable(base, dimension, where, ownRows);
  }

  public int dimension() {
    return dimension;
  }

  /** Returns the number of rows. */
  public int size() {
    return places == null ? base.limit() / dimension : places.length;
  }

  /** Returns the number of floats on the heap that belong to this table alone. */
  int ownFloats() {
    return own.length;
  }

  /** Copies {@code count} consecutive rows to {@code offset} of an array. */
  void copy(int from, int count, float[] into, int offset) {
    if (places == null) {
      base.get(from * dimension, into, offset, count * dimension);
      return;
    }
    for (int row = from; row < from + count; row++) {
      int place = places[row];
      int to = offset + (row - from) * dimension;
      if (place >= 0) {
        base.get(place * dimension, into, to, dimension);
      } else {
        System.arraycopy(own, (-1 - place) * dimension, into, to, dimension);
      }
    }
  }

  /** Returns whether a row equals the vector at {@code offset} of an array, bit by bit. */
  boolean isRow(int row, float[] vectors, int offset) {
    int place = places == null ? row : places[row];
    for (int i = 0; i < dimension; i++) {
      float here = place >= 0 ? base.get(place * dimension + i) : own[(-1 - place) * dimension + i];
      if (Float.floatToRawIntBits(here) != Float.floatToRawIntBits(vectors[offset + i])) {
        return false;
      }
    }
    return true;
  }

  /** Returns a copy of all rows. */
  float[] toArray() {
    float[] rows = new float[Math.multiplyExact(size(), dimension)];
    copy(0, size(), rows, 0);
    return rows;
  }

  /**
   * Refuses this table if it has another shape than (rows, width), or a component that is not
   * finite.
   */
  void check(int rows, int width) {
    if (size() != rows || dimension != width) {
      throw new IllegalArgumentException(
          "%s vectors of dimension %s expected, got %s of dimension %s"
              .formatted(rows, width, size(), dimension));
    }
    float[] row = new float[dimension];
    for (int i = 0; i < size(); i++) {
      copy(i, 1, row, 0);
      Vectors.checkFinite("vectors", row, i, dimension);
    }
  }
}
