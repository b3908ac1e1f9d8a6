package io.unipin.benchmarks.ann;

import io.unipin.ann.AnnResult;
import io.unipin.ann.AnnSearch;
import io.unipin.ann.ExactIndex;
import io.unipin.ann.ItemFilter;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Vectors, queries and the correct answers.
 *
 * @param vectors (size, dimension), one row for each vector
 * @param queries (queries, dimension), one row for each query
 * @param truth ids of the best k items for each query
 */
@SuppressWarnings("ArrayRecordComponent") // owned by the holder of the record
record AnnData(
    String name,
    int dimension,
    float[] vectors,
    long[] ids,
    float[][] queries,
    int k,
    long[][] truth) {
  private static final int PER_CLUSTER = 100;

  /**
   * Returns unit vectors and queries around the same centres. There are about a hundred vectors per
   * centre.
   */
  static AnnData clustered(int size, int dimension, int queries, int k) {
    int clusters = Math.max(1, size / PER_CLUSTER);
    float[] vectors = around(size, dimension, clusters, 2);
    float[] asked = around(queries, dimension, clusters, 3);
    return of(
        "clustered-" + size + "x" + dimension,
        dimension,
        vectors,
        LongStream.range(0, size).toArray(),
        rows(asked, dimension),
        k);
  }

  static AnnData of(
      String name, int dimension, float[] vectors, long[] ids, float[][] queries, int k) {
    try (ExactIndex exact = ExactIndex.of(vectors, dimension, ids)) {
      return new AnnData(
          name, dimension, vectors, ids, queries, k, truth(exact, queries, k, ItemFilter.NONE));
    }
  }

  static long[][] truth(ExactIndex exact, float[][] queries, int k, ItemFilter filter) {
    float[] flat = new float[queries.length * exact.dimension()];
    for (int query = 0; query < queries.length; query++) {
      System.arraycopy(queries[query], 0, flat, query * exact.dimension(), exact.dimension());
    }
    AnnResult found = exact.search(flat, queries.length, new AnnSearch(k, 0, filter));
    long[][] truth = new long[queries.length][];
    for (int query = 0; query < queries.length; query++) {
      truth[query] = Arrays.copyOfRange(found.ids(), query * k, query * k + found.found(query));
    }
    return truth;
  }

  int size() {
    return ids.length;
  }

  /**
   * Returns the recall of a side for the first queries: the share of the correct answers that the
   * side finds.
   */
  double recall(AnnSide side, int breadth) {
    long[][] found = new long[queries.length][];
    for (int query = 0; query < queries.length; query++) {
      found[query] = side.search(queries[query], k, breadth);
    }
    return recall(truth, found);
  }

  static double recall(long[][] truth, long[][] found) {
    int hits = 0;
    int all = 0;
    for (int query = 0; query < found.length; query++) {
      long[] sorted = truth[query].clone();
      Arrays.sort(sorted);
      for (long id : found[query]) {
        hits += Arrays.binarySearch(sorted, id) >= 0 ? 1 : 0;
      }
      all += sorted.length;
    }
    return hits / (double) all;
  }

  static float[] around(int count, int dimension, int clusters, long seed) {
    float[] centres = new float[clusters * dimension];
    Random centreRandom = new Random(1);
    for (int i = 0; i < centres.length; i++) {
      centres[i] = (float) centreRandom.nextGaussian();
    }
    Random random = new Random(seed);
    float[] vectors = new float[count * dimension];
    for (int row = 0; row < count; row++) {
      int centre = random.nextInt(clusters) * dimension;
      double square = 0;
      for (int i = 0; i < dimension; i++) {
        float x = centres[centre + i] + 0.5f * (float) random.nextGaussian();
        vectors[row * dimension + i] = x;
        square += (double) x * x;
      }
      for (int i = 0; i < dimension; i++) {
        vectors[row * dimension + i] /= (float) Math.sqrt(square);
      }
    }
    return vectors;
  }

  static float[][] rows(float[] flat, int dimension) {
    float[][] rows = new float[flat.length / dimension][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = Arrays.copyOfRange(flat, row * dimension, (row + 1) * dimension);
    }
    return rows;
  }
}
