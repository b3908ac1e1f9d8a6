package io.unipin.ann;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks whether FAISS can build an index of a given kind. The check builds a small index of this
 * kind, so that a bad factory string fails before hours of work.
 */
public final class FactoryCheck {
  private static final Pattern LISTS = Pattern.compile("IVF([0-9]{1,9})");
  private static final String LOADABLE =
      "Flat, SQ8, PQ8, HNSW32, IVF64 of these, or PCA, OPQ and RFlat around them";
  private static final int SAMPLE = 2_000;
  private static final int ROWS_PER_LIST = 40;

  private FactoryCheck() {}

  /**
   * Refuses a factory string that FAISS does not know, that needs more vectors than {@code size},
   * or whose index could not be loaded again.
   *
   * @param size number of vectors that the index will hold
   * @throws AnnException if the factory string is refused; the message contains the string
   */
  public static void require(String factory, int dimension, int size) {
    Matcher lists = LISTS.matcher(factory);
    if (lists.find() && Long.parseLong(lists.group(1)) > size) {
      throw new AnnException(
          "index '%s': at most %s lists expected, one per vector, got %s"
              .formatted(factory, size, lists.group(1)));
    }
    int rows = SAMPLE;
    float[] vectors = new float[rows * dimension];
    Random random = new Random(1);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    long[] ids = new long[rows];
    for (int row = 0; row < rows; row++) {
      ids[row] = row;
    }
    String small = lists.reset().replaceFirst("IVF" + rows / ROWS_PER_LIST);
    try (FaissIndex index = FaissIndex.build(small, vectors, dimension, ids, FaissBuild.DEFAULT)) {
      requireLoadable(factory, index);
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
          "index '" + factory + "': a kind that can be loaded again expected, such as " + LOADABLE,
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
