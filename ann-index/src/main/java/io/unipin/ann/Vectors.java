package io.unipin.ann;

/** Checks of the arrays that callers pass to an index. */
final class Vectors {
  private static final int MAX_CELLS = 1 << 28;

  private Vectors() {}

  /**
   * Refuses vectors that are not (count, dimension), and vectors with a component that is not
   * finite.
   */
  static void check(String what, float[] vectors, int count, int dimension) {
    if (count < 0) {
      throw new IllegalArgumentException("at least 0 " + what + " expected, got " + count);
    }
    if (vectors.length != (long) count * dimension) {
      throw new IllegalArgumentException(
          count > 0 && vectors.length % count == 0
              ? "dimension " + dimension + " expected, got " + vectors.length / count
              : count
                  + " "
                  + what
                  + " of dimension "
                  + dimension
                  + " expected, got "
                  + vectors.length
                  + " floats");
    }
    checkFinite(what, vectors, 0, dimension);
  }

  /**
   * Refuses vectors with a component that is not finite. {@code first} is the number of the first
   * row, for the error message.
   */
  static void checkFinite(String what, float[] vectors, int first, int dimension) {
    for (int i = 0; i < vectors.length; i++) {
      if (!Float.isFinite(vectors[i])) {
        throw new IllegalArgumentException(
            "finite "
                + what
                + " expected, got "
                + vectors[i]
                + " in row "
                + (first + i / dimension)
                + ", component "
                + i % dimension);
      }
    }
  }

  /**
   * Returns queryCount · k, the number of results of a search. Refuses a product that is too large
   * for an array.
   */
  static int cells(int queryCount, int k) {
    long cells = (long) queryCount * k;
    if (cells > MAX_CELLS) {
      throw new IllegalArgumentException(
          "at most " + MAX_CELLS + " results expected, got " + queryCount + " queries of " + k);
    }
    return (int) cells;
  }

  static void checkDimension(int dimension) {
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension of at least 1 expected, got " + dimension);
    }
  }
}
