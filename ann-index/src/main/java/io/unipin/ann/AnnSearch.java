package io.unipin.ann;

/**
 * The parameters of one call of {@link AnnIndex#search}. Immutable.
 *
 * @param k number of results per query, at least 1
 * @param breadth the breadth of an approximate search: {@code efSearch} of HNSW, {@code nprobe} of
 *     IVF. A breadth of 0 means the index's default breadth. An exhaustive index ignores the
 *     breadth.
 * @param filter the items that may be found
 */
public record AnnSearch(int k, int breadth, ItemFilter filter) {
  public AnnSearch {
    if (k < 1) {
      throw new IllegalArgumentException("k of at least 1 expected, got " + k);
    }
    if (breadth < 0) {
      throw new IllegalArgumentException("breadth of at least 0 expected, got " + breadth);
    }
  }

  /** Returns a search for the best {@code k} of all items, with the index's default breadth. */
  public static AnnSearch top(int k) {
    return new AnnSearch(k, 0, ItemFilter.NONE);
  }
}
