package io.unipin.ann;

/**
 * An index in plain Java that looks at every vector: exact, and what approximate indexes are measured against.
 *
 * <p>O(size · dimension) per query. Thread-safe, immutable.
 */
public final class ExactIndex implements BaseIndex {

  /** Vectors of about this many floats are scored for all queries while they lie in the cache. */
  private static final int BLOCK_FLOATS = 16 * 1024;

  private final float[] vectors; // (size, dimension)
  private final int dimension;
  private final IdTable ids;
  private volatile boolean closed;

  private ExactIndex(float[] vectors, int dimension, IdTable ids) {
    this.vectors = vectors;
    this.dimension = dimension;
    this.ids = ids;
  }

  /**
   * An index over copies of both arrays.
   *
   * @param vectors (ids.length, dimension) row major, finite
   * @param ids distinct, none of them -1
   */
  public static ExactIndex of(float[] vectors, int dimension, long[] ids) {
    Vectors.checkDimension(dimension);
    Vectors.check("vectors", vectors, ids.length, dimension);
    return new ExactIndex(vectors.clone(), dimension, IdTable.of(ids));
  }

  @Override
  public int dimension() {
    return dimension;
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
      throw new IllegalStateException("the index is closed");
    }
    Vectors.check("queries", queries, queryCount, dimension);
    int cells = Vectors.cells(queryCount, k);
    TopK[] best = new TopK[queryCount];
    for (int query = 0; query < queryCount; query++) {
      best[query] = new TopK(Math.min(k, filter.passing()));
    }
    int block = Math.max(1, BLOCK_FLOATS / dimension);
    for (int from = 0; from < size(); from += block) {
      int to = Math.min(size(), from + block);
      for (int query = 0; query < queryCount; query++) {
        scoreBlock(queries, query * dimension, from, to, filter, best[query]);
      }
    }
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

  private void scoreBlock(
      float[] queries, int query, int from, int to, OrdinalFilter filter, TopK best) {
    for (int ordinal = from; ordinal < to; ordinal++) {
      if (filter.passes(ordinal)) {
        float score = innerProduct(queries, query, vectors, ordinal * dimension, dimension);
        if (score >= best.threshold()) {
          best.offer(ids.id(ordinal), score);
        }
      }
    }
  }

  /** Eight sums side by side, so that no addition waits for the one before. */
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
