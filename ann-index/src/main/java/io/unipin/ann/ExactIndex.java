package io.unipin.ann;

/**
 * An exact index in plain Java that scores every vector. It is the reference for the recall of
 * approximate indexes.
 *
 * <p>A query takes O(size · dimension). Thread-safe, immutable.
 */
public final class ExactIndex implements BaseIndex {
  private final VectorTable vectors;
  private final IdTable ids;
  private volatile boolean closed;

  private ExactIndex(VectorTable vectors, IdTable ids) {
    this.vectors = vectors;
    this.ids = ids;
  }

  /**
   * Returns an index over copies of both arrays.
   *
   * @param vectors (ids.length, dimension) row major, finite
   * @param ids distinct ids, none of them -1
   */
  public static ExactIndex of(float[] vectors, int dimension, long[] ids) {
    Vectors.checkDimension(dimension);
    Vectors.check("vectors", vectors, ids.length, dimension);
    return new ExactIndex(VectorTable.of(vectors.clone(), dimension), IdTable.of(ids));
  }

  /**
   * Returns an index that reads the vectors of a table without a copy.
   *
   * @param vectors one finite row for each id
   * @param ids distinct ids, none of them -1; copied
   */
  public static ExactIndex over(VectorTable vectors, long[] ids) {
    vectors.check(ids.length, vectors.dimension());
    return new ExactIndex(vectors, IdTable.of(ids));
  }

  @Override
  public int dimension() {
    return vectors.dimension();
  }

  @Override
  public IdTable ids() {
    return ids;
  }

  @Override
  public String description() {
    return "Exact";
  }

  @Override
  public AnnResult search(
      float[] queries, int queryCount, int k, int breadth, OrdinalFilter filter) {
    if (closed) {
      throw new IllegalStateException("an open index expected, got a closed one");
    }
    Vectors.check("queries", queries, queryCount, dimension());
    int cells = Vectors.cells(queryCount, k);
    TopK[] best = new TopK[queryCount];
    for (int query = 0; query < queryCount; query++) {
      best[query] = new TopK(Math.min(k, filter.passing()));
    }
    new ExactScan(vectors, ids).run(queries, filter, best);
    long[] foundIds = new long[cells];
    float[] foundScores = new float[cells];
    for (int query = 0; query < queryCount; query++) {
      best[query].drain(foundIds, foundScores, query * k, k);
    }
    return new AnnResult(queryCount, k, foundIds, foundScores);
  }

  @Override
  public void close() {
    closed = true;
  }

  /**
   * Returns the inner product of two parts of arrays. It adds up eight separate sums, so that no
   * addition has to wait for the previous addition.
   */
  static float innerProduct(float[] a, int aStart, float[] b, int bStart, int length) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      int p = aStart + i;
      int q = bStart + i;
      s0 += a[p] * b[q];
      s1 += a[p + 1] * b[q + 1];
      s2 += a[p + 2] * b[q + 2];
      s3 += a[p + 3] * b[q + 3];
      s4 += a[p + 4] * b[q + 4];
      s5 += a[p + 5] * b[q + 5];
      s6 += a[p + 6] * b[q + 6];
      s7 += a[p + 7] * b[q + 7];
    }
    float sum = ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7));
    for (; i < length; i++) {
      sum += a[aStart + i] * b[bStart + i];
    }
    return sum;
  }
}
