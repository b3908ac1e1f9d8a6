package io.unipin.ann;

/** Scores every vector of a table that passes a filter, by pieces that stay in the cache while all queries look at them. */
final class ExactScan {
  /** Vectors of about this many floats are scored for all queries while they lie in the cache. */
  private static final int BLOCK_FLOATS = 16 * 1024;

  private final VectorTable vectors;
  private final IdTable ids;

  ExactScan(VectorTable vectors, IdTable ids) {
    this.vectors = vectors;
    this.ids = ids;
  }

  /**
   * Offers what it finds.
   *
   * @param queries (best.length, dimension)
   * @param best one for each query
   */
  void run(float[] queries, OrdinalFilter filter, TopK[] best) {
    int dimension = vectors.dimension();
    int size = vectors.size();
    int rows = Math.max(1, Math.min(size, BLOCK_FLOATS / dimension));
    float[] block = new float[rows * dimension];
    for (int from = 0; from < size; from += rows) {
      int count = Math.min(rows, size - from);
      vectors.copy(from, count, block, 0);
      for (int query = 0; query < best.length; query++) {
        score(queries, query * dimension, new Block(block, from, count), filter, best[query]);
      }
    }
  }

  /** Rows that follow each other: {@code count} of them, the first of which has ordinal {@code from}. */
  @SuppressWarnings("ArrayRecordComponent") // one scan's
  private record Block(float[] rows, int from, int count) {}

  private void score(float[] queries, int query, Block block, OrdinalFilter filter, TopK best) {
    int dimension = vectors.dimension();
    for (int row = 0; row < block.count(); row++) {
      int ordinal = block.from() + row;
      if (filter.passes(ordinal)) {
        float score =
            ExactIndex.innerProduct(queries, query, block.rows(), row * dimension, dimension);
        if (score >= best.threshold()) {
          best.offer(ids.id(ordinal), score);
        }
      }
    }
  }
}
