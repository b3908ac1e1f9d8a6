package io.unipin.ann;

/** An immutable index. It numbers its vectors by ordinals, from 0. */
sealed interface BaseIndex extends AnnIndex permits ExactIndex, FaissIndex {

  IdTable ids();

  /** Searches like {@link AnnIndex#search}, with a filter over the ordinals. */
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
