package io.unipin.ann;

/**
 * A scan that scores those vectors of a table that pass a filter. The scan works in blocks: a block
 * stays in the processor's cache while all queries are scored against it.
 */
final class ExactScan {
  /** The size of a block, in floats. */
  private static final int BLOCK_FLOATS = 16 * 1024;

  private final VectorTable vectors;
  private final IdTable ids;

  ExactScan(VectorTable vectors, IdTable ids) {
    this.vectors = vectors;
    this.ids = ids;
  }

  /**
   * Scores the table's vectors and offers the results to {@code best}.
   *
   * @param queries (best.length, dimension)
   * @param best one collector for each query
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

  /** A block of {@code count} consecutive rows. The first row has ordinal {@code from}. */
  @SuppressWarnings("ArrayRecordComponent") // owned by one scan
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
