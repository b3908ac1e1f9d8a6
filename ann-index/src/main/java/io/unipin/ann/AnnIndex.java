package io.unipin.ann;

/**
 * A set of vectors under external 64-bit ids, searched by inner product.
 *
 * <p>Thread-safe.
 */
public sealed interface AnnIndex extends AutoCloseable permits BaseIndex, LiveIndex {

  /** Number of components of every vector and query. */
  int dimension();

  /** Number of vectors. */
  int size();

  /** Names the kind of index for people, for example {@code HNSW32}. */
  String description();

  /**
   * The best items of each query, best first: descending score, ties by smaller id. A query with fewer than {@code search.k()}
   * items that pass the filter has its row padded with id -1 and score negative infinity; no other item is ever left out for want
   * of breadth.
   *
   * @param queries (queryCount, dimension) row major, finite
   * @return (queryCount, k) ids and scores
   * @throws IllegalArgumentException when the queries do not fit the index or are not finite
   * @throws IllegalStateException when the index is closed
   */
  AnnResult search(float[] queries, int queryCount, AnnSearch search);

  /** Frees the index once the searches under way are done. Idempotent. */
  @Override
  void close();
}
