package io.unipin.ann;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Checks whether FAISS can build an index of a given kind. The check builds a small index of this
 * kind, so that a bad factory string fails before hours of work.
 */
public final class FactoryCheck {
  private static final String LOADABLE =
      "Flat, SQ8, PQ8, HNSW32, IVF64 of these, or PCA, OPQ and RFlat around them";
  private static final int SAMPLE = 2_000;

  private FactoryCheck() {}

  /**
   * Refuses a factory string that FAISS does not know, that needs more vectors than {@code size},
   * or whose index could not be loaded again. The index of the check has as many vectors as the
   * final index, but at most 2,000.
   *
   * @param size number of vectors that the index will hold
   * @throws AnnException if the factory string is refused; the message contains the string
   */
  public static void require(String factory, int dimension, int size) {
    SampleFactory.requireEnough(factory, size);
    int rows = Math.min(SAMPLE, size);
    float[] vectors = new float[rows * dimension];
    Random random = new Random(1);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    long[] ids = new long[rows];
    for (int row = 0; row < rows; row++) {
      ids[row] = row;
    }
    try (FaissIndex index = build(factory, vectors, dimension, ids)) {
      requireLoadable(factory, index);
    }
  }

  /** Builds an index of the kind over few vectors. An error names the kind that was asked for. */
  private static FaissIndex build(String factory, float[] vectors, int dimension, long[] ids) {
    String small = SampleFactory.of(factory, ids.length);
    try {
      return FaissIndex.build(small, vectors, dimension, ids, FaissBuild.DEFAULT);
    } catch (AnnException e) {
      String message = String.valueOf(e.getMessage());
      throw new AnnException(message.replace("'" + small + "'", "'" + factory + "'"), e);
    }
  }

  /**
   * Saves and loads the index. The load fails for a kind of index that {@link FaissFormatCheck}
   * cannot check.
   */
  private static void requireLoadable(String factory, FaissIndex index) {
    try {
      Path file = Files.createTempFile("unipin-index", ".faiss");
      try {
        Files.delete(file);
        index.save(file);
        FaissIndex.load(file).close();
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (AnnException e) {
      throw new AnnException(
          "index '%s': a kind of index that UniPin can load expected, such as %s"
              .formatted(factory, LOADABLE),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
