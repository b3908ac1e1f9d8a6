package io.unipin.ann;

/**
 * A set of vectors under external 64-bit ids, searched by inner product.
 *
 * <p>Thread-safe.
 */
public sealed interface AnnIndex extends AutoCloseable permits BaseIndex, LiveIndex {

  /** Returns the number of components of every vector and query. */
  int dimension();

  /** Returns the number of vectors. */
  int size();

  /** Returns the display name of the kind of index, for example {@code HNSW32}. */
  String description();

  /**
   * Returns the best items of each query in descending order of score. Equal scores are ordered by
   * ascending id.
   *
   * <p>If fewer than {@code search.k()} items pass the filter, the rows are padded with id -1 and
   * score negative infinity. There is no other reason for padding: an approximate index widens its
   * search until it has found k items or has seen all items.
   *
   * @param queries (queryCount, dimension) row major, finite
   * @return (queryCount, k) ids and scores
   * @throws IllegalArgumentException if the queries do not fit the index or are not finite
   * @throws IllegalStateException if the index is closed
   */
  AnnResult search(float[] queries, int queryCount, AnnSearch search);

  /** Frees the index after the active searches have ended. Idempotent. */
  @Override
  void close();
}
