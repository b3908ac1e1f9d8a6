package io.unipin.ann;

/**
 * What a live index holds at one moment: a generation's items but for the buried ones, and a delta. Every change makes a new one.
 *
 * <p>Immutable.
 *
 * @param kept of the generation's ordinals, those that are neither deleted nor replaced
 */
record LiveState(Generation main, OrdinalFilter kept, Delta delta) {

  static LiveState of(Generation main) {
    int dimension = main.index().dimension();
    return new LiveState(main, OrdinalFilter.all(main.index().size()), Delta.empty(dimension));
  }

  int size() {
    return kept.passing() + delta.size();
  }

  int buried() {
    return main.index().size() - kept.passing();
  }

  boolean holds(long id) {
    int ordinal = main.index().ids().ordinal(id);
    return (ordinal >= 0 && kept.passes(ordinal)) || delta.holds(id);
  }

  LiveState with(long id, float[] vector) {
    return new LiveState(main, buriedToo(id), delta.with(id, vector));
  }

  LiveState without(long id) {
    return new LiveState(main, buriedToo(id), delta.holds(id) ? delta.without(id) : delta);
  }

  private OrdinalFilter buriedToo(long id) {
    int ordinal = main.index().ids().ordinal(id);
    return ordinal >= 0 && kept.passes(ordinal) ? kept.without(ordinal, main.index().size()) : kept;
  }

  AnnResult search(float[] queries, int queryCount, AnnSearch search) {
    OrdinalFilter filter = search.filter().over(main.index().ids()).and(kept);
    AnnResult found =
        main.index().search(queries, queryCount, search.k(), search.breadth(), filter);
    return delta.size() == 0 ? found : merge(found, queries, search);
  }

  /** The same by scoring everything there is. */
  AnnResult searchExactly(float[] query, AnnSearch search) {
    OrdinalFilter filter = search.filter().over(main.index().ids()).and(kept);
    TopK best = new TopK(search.k());
    int dimension = main.index().dimension();
    for (int ordinal = 0; ordinal < main.index().size(); ordinal++) {
      if (filter.passes(ordinal)) {
        float score =
            ExactIndex.innerProduct(query, 0, main.vectors(), ordinal * dimension, dimension);
        best.offer(main.index().ids().id(ordinal), score);
      }
    }
    delta.score(query, 0, search.filter(), best);
    return drained(
        best, new AnnResult(1, search.k(), new long[search.k()], new float[search.k()]), 0);
  }

  private AnnResult merge(AnnResult found, float[] queries, AnnSearch search) {
    for (int query = 0; query < found.queryCount(); query++) {
      TopK best = new TopK(found.k());
      int from = query * found.k();
      for (int rank = 0; rank < found.found(query); rank++) {
        best.offer(found.ids()[from + rank], found.scores()[from + rank]);
      }
      delta.score(queries, query, search.filter(), best);
      drained(best, found, query);
    }
    return found;
  }

  private static AnnResult drained(TopK best, AnnResult into, int query) {
    best.drain(into.ids(), into.scores(), query * into.k(), into.k());
    return into;
  }

  /** All that is alive, in the order of ordinals and then of arrival. */
  Contents contents() {
    int dimension = main.index().dimension();
    float[] vectors = new float[Math.multiplyExact(size(), dimension)];
    long[] ids = new long[size()];
    int[] filled = {0};
    Delta.Receiver take =
        (id, rows, offset) -> {
          System.arraycopy(rows, offset, vectors, filled[0] * dimension, dimension);
          ids[filled[0]++] = id;
        };
    for (int ordinal = 0; ordinal < main.index().size(); ordinal++) {
      if (kept.passes(ordinal)) {
        take.take(main.index().ids().id(ordinal), main.vectors(), ordinal * dimension);
      }
    }
    delta.forEach(take);
    return new Contents(vectors, ids);
  }

  /** The vector under an id of the delta. */
  float[] arrived(long id) {
    int dimension = main.index().dimension();
    float[] vector = new float[dimension];
    delta.forEach(
        (other, rows, offset) -> {
          if (other == id) {
            System.arraycopy(rows, offset, vector, 0, dimension);
          }
        });
    return vector;
  }

  /**
   * Vectors and their ids.
   *
   * @param vectors (ids.length, dimension)
   */
  @SuppressWarnings("ArrayRecordComponent") // made for whoever asked
  record Contents(float[] vectors, long[] ids) {}
}
