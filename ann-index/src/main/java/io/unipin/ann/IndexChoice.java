package io.unipin.ann;

import java.util.Locale;

/**
 * A kind of index and the reason for it.
 *
 * @param bytes approximate number of bytes of native memory that the index takes
 * @param reason why this kind was chosen, as a text to display
 */
public record IndexChoice(String factory, long bytes, String reason) {
  /** The number of vectors up to which a scan of all vectors is fast enough. */
  private static final int SMALL = 20_000;

  private static final double ALMOST_EXACT = 0.999;

  /**
   * The mean number of links of a node of HNSW32: 64 on the bottom level, and about 2 on all higher
   * levels together.
   */
  private static final int LINKS = 2 * 32 + 2;

  private static final double LENGTHS_SPREAD = 0.1;

  /**
   * The recall that an index should reach, and the memory that it may take.
   *
   * @param recall the share of the true best items that a search finds, above 0 and up to 1
   * @param memoryBytes the bytes of memory that the index may take
   */
  public record Aim(double recall, long memoryBytes) {
    public Aim {
      if (!(recall > 0 && recall <= 1)) {
        throw new IllegalArgumentException("a recall above 0 and up to 1 expected, got " + recall);
      }
      if (memoryBytes < 1) {
        throw new IllegalArgumentException("some memory expected, got " + memoryBytes + " bytes");
      }
    }
  }

  /**
   * Returns the factory string for a bundle's index when only the number of its items is known.
   * Training checks it before there are vectors.
   */
  public static String ofItems(int items) {
    return items <= SMALL ? "Flat" : "HNSW32";
  }

  /**
   * Chooses the kind of an index by the aim and by the number, dimension and Euclidean lengths of
   * the vectors.
   *
   * @param lengths the standard deviation of the vectors' Euclidean lengths, divided by the mean of
   *     these lengths
   */
  static IndexChoice of(int size, int dimension, double lengths, Aim aim) {
    long flat = (long) size * dimension * Float.BYTES;
    long links = (long) size * LINKS * Integer.BYTES + (long) size * 12;
    int lists = lists(size);
    long lookUp = (long) size * Long.BYTES;
    if (flat > aim.memoryBytes() && size * (long) dimension + lookUp > aim.memoryBytes()) {
      throw new AnnException(
          "memory for %s vectors of dimension %s expected, %s MiB at least, got %s MiB"
              .formatted(
                  size,
                  dimension,
                  // The need is rounded up, so that it never looks as large as the memory.
                  (size * (long) dimension + lookUp + (1 << 20) - 1) >> 20,
                  aim.memoryBytes() >> 20));
    }
    if (flat <= aim.memoryBytes() && (size <= SMALL || aim.recall() > ALMOST_EXACT)) {
      return new IndexChoice(
          "Flat",
          flat,
          size <= SMALL ? "so few vectors are scanned at once, exactly" : "only a scan is exact");
    }
    if (flat + links <= aim.memoryBytes() && lengths <= LENGTHS_SPREAD) {
      return new IndexChoice(
          "HNSW32",
          flat + links,
          "a graph is fastest at a high recall, and there is memory for it");
    }
    if (flat + lookUp <= aim.memoryBytes()) {
      return new IndexChoice(
          "IVF" + lists + ",Flat",
          flat + lookUp,
          lengths > LENGTHS_SPREAD
              ? "vectors of unequal length, which draw all of a graph's links to the longest"
              : "no memory for a graph's links");
    }
    return new IndexChoice(
        "IVF" + lists + ",SQ8",
        (long) size * dimension + lookUp,
        "memory for a byte per component only");
  }

  /**
   * Returns the number of lists: the largest power of two that is at most four times the square
   * root of the size, but at least 4. With this number of lists, a search of 16 lists spends about
   * as much time on ranking all lists as on scanning the 16 lists.
   */
  static int lists(int size) {
    return Integer.highestOneBit((int) Math.max(4, 4 * Math.sqrt(size)));
  }

  public String text() {
    return String.format(Locale.ROOT, "index %s: %s", factory, reason);
  }
}
