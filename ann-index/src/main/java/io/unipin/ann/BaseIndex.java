package io.unipin.ann;

/** An index that never changes, with its vectors numbered by ordinals. */
sealed interface BaseIndex extends AnnIndex permits ExactIndex, FaissIndex {

  IdTable ids();

  /** As {@link AnnIndex#search}, with a filter that is laid over the ordinals already. */
  AnnResult search(float[] queries, int queryCount, int k, int breadth, OrdinalFilter filter);

  @Override
  default int size() {
    return ids().size();
  }

  @Override
  default AnnResult search(float[] queries, int queryCount, AnnSearch search) {
    return search(queries, queryCount, search.k(), search.breadth(), search.filter().over(ids()));
  }
}
