package io.unipin.ann;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Random vectors that stand in for item and query vectors. They have unit length and form clusters.
 */
final class TestVectors {
  private TestVectors() {}

  /**
   * Returns random vectors around common centres. Two calls with equal {@code clusters} and
   * {@code dimension} share the centres.
   *
   * @return (count, dimension) row major, each of length 1
   */
  static float[] clustered(int count, int dimension, int clusters, long seed) {
    Random centreRandom = new Random(1);
    float[] centres = new float[clusters * dimension];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = (float) centreRandom.nextGaussian();
    }
    Random random = new Random(seed);
    float[] vectors = new float[count * dimension];
    for (int row = 0; row < count; row++) {
      int centre = random.nextInt(clusters);
      double norm = 0;
      for (int i = 0; i < dimension; i++) {
        float x = centres[centre * dimension + i] + 0.5f * (float) random.nextGaussian();
        vectors[row * dimension + i] = x;
        norm += (double) x * x;
      }
      for (int i = 0; i < dimension; i++) {
        vectors[row * dimension + i] /= (float) Math.sqrt(norm);
      }
    }
    return vectors;
  }

  /** Returns distinct ids of 41 bits, in no particular order. */
  static long[] ids(int count) {
    return LongStream.range(0, count).map(i -> (1L << 40) + (i * 7919L) % 1_000_003L).toArray();
  }

  /** Returns the share of the expected ids that the search found. */
  static double recall(AnnResult expected, AnnResult found) {
    int hits = 0;
    int all = 0;
    for (int query = 0; query < expected.queryCount(); query++) {
      int from = query * expected.k();
      ItemFilter wanted =
          ItemFilter.allowing(
              Arrays.copyOfRange(expected.ids(), from, from + expected.found(query)));
      for (int rank = 0; rank < found.found(query); rank++) {
        hits += wanted.passes(found.ids()[query * found.k() + rank]) ? 1 : 0;
      }
      all += expected.found(query);
    }
    return hits / (double) all;
  }
}
