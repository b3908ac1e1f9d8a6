package io.unipin.ann;

import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether FAISS can build an index of a kind, found by a small one before hours go into the vectors. */
public final class FactoryCheck {
  private static final Pattern LISTS = Pattern.compile("IVF([0-9]{1,9})");
  private static final int SAMPLE = 2_000;
  private static final int ROWS_PER_LIST = 40;

  private FactoryCheck() {}

  /**
   * Refuses a factory string that FAISS does not know, or that needs more vectors than there will be.
   *
   * @param size vectors that the index will hold
   * @throws AnnException that names the factory
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
    FaissIndex.build(small, vectors, dimension, ids, FaissBuild.DEFAULT).close();
  }
}
