package io.unipin.ann;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Vectors by row, which an index was built of. They may lie outside the heap, where their owner has them anyway.
 *
 * <p>Immutable; so must be what it is made of. Thread-safe.
 */
public final class VectorTable {
  private final FloatBuffer base; // (rows of the base, dimension), read by absolute places alone
  private final int dimension;

  /** Where each row lies: a row of the base, or −1 − a row of its own; absent where row r is row r of the base. */
  private final int @Nullable [] places;

  private final float[] own; // (rows of its own, dimension)

  private VectorTable(FloatBuffer base, int dimension, int @Nullable [] places, float[] own) {
    this.base = base;
    this.dimension = dimension;
    this.places = places;
    this.own = own;
  }

  /**
   * A table of all that a buffer holds, without a copy.
   *
   * @param rows (size, dimension) row major from position 0 to the limit; never to be changed
   */
  public static VectorTable of(FloatBuffer rows, int dimension) {
    Vectors.checkDimension(dimension);
    if (rows.limit() % dimension != 0) {
      throw new IllegalArgumentException(
          "whole rows of dimension %s expected, got %s floats".formatted(dimension, rows.limit()));
    }
    return new VectorTable(rows.duplicate(), dimension, null, new float[0]);
  }

  /** The same of an array, which is not copied and never to be changed. */
  public static VectorTable of(float[] rows, int dimension) {
    return of(FloatBuffer.wrap(rows), dimension);
  }

  /**
   * A table whose rows are rows of this one's base or of {@code ownRows}.
   *
   * @param where each row lies, as {@link #places} has it
   */
  VectorTable over(int[] where, float[] ownRows) {
    return new VectorTable(base, dimension, where, ownRows);
  }

  public int dimension() {
    return dimension;
  }

  /** Number of rows. */
  public int size() {
    return places == null ? base.limit() / dimension : places.length;
  }

  /** Floats on the heap that are this table's alone. */
  int ownFloats() {
    return own.length;
  }

  /** Copies rows that follow each other. */
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

  /** Whether a row equals a vector that begins somewhere in an array, bit by bit. */
  boolean isRow(int row, float[] vectors, int offset) {
    float[] here = new float[dimension];
    copy(row, 1, here, 0);
    for (int i = 0; i < dimension; i++) {
      if (Float.floatToRawIntBits(here[i]) != Float.floatToRawIntBits(vectors[offset + i])) {
        return false;
      }
    }
    return true;
  }

  /** All rows, copied. */
  float[] toArray() {
    float[] rows = new float[Math.multiplyExact(size(), dimension)];
    copy(0, size(), rows, 0);
    return rows;
  }

  /** Refuses a table of another size, or with a component that is not finite. */
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
