package io.unipin.ann;

import java.util.Collection;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The state of a live index at one moment: a generation's items except the buried items, and a
 * delta. Every change creates a new state.
 *
 * <p>Immutable.
 *
 * @param kept the ordinals of the generation's items that were neither deleted nor replaced
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
    return isKept(ordinal) || delta.holds(id);
  }

  /** Returns the ids among {@code ids} that the state does not hold. */
  long[] missing(long[] ids) {
    int[] rows = delta.rows(ids);
    return IntStream.range(0, ids.length)
        .filter(i -> rows[i] < 0 && !isKept(main.index().ids().ordinal(ids[i])))
        .mapToLong(i -> ids[i])
        .toArray();
  }

  private boolean isKept(int ordinal) {
    return ordinal >= 0 && kept.passes(ordinal);
  }

  /**
   * Returns a state in which the items with these ids have these vectors. Adds an item that this
   * state does not hold.
   *
   * @param ids ids of the vectors, distinct
   * @param vectors (ids.length, dimension)
   */
  LiveState with(long[] ids, float[] vectors) {
    return new LiveState(main, buriedToo(ids), delta.with(ids, vectors));
  }

  LiveState without(long[] ids) {
    return new LiveState(main, buriedToo(ids), delta.without(ids));
  }

  private OrdinalFilter buriedToo(long[] ids) {
    int[] ordinals = LongStream.of(ids).mapToInt(main.index().ids()::ordinal).toArray();
    return kept.without(ordinals, main.index().size());
  }

  AnnResult search(float[] queries, int queryCount, AnnSearch search) {
    OrdinalFilter filter = search.filter().over(main.index().ids()).and(kept);
    AnnResult found =
        main.index().search(queries, queryCount, search.k(), search.breadth(), filter);
    return delta.size() == 0 ? found : merge(found, queries, search);
  }

  /** Answers one query by scoring all items. */
  AnnResult searchExactly(float[] query, AnnSearch search) {
    OrdinalFilter filter = search.filter().over(main.index().ids()).and(kept);
    TopK best = new TopK(search.k());
    new ExactScan(main.vectors(), main.index().ids()).run(query, filter, new TopK[] {best});
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

  /**
   * Returns a copy of this state in which the changed items are as in a newer state. Each changed
   * item has its newer vector. A changed item that the newer state lacks is absent.
   */
  LiveState with(Collection<Long> changed, LiveState newer) {
    int dimension = main.index().dimension();
    long[] ids = changed.stream().mapToLong(Long::longValue).toArray();
    int[] rows = newer.delta.rows(ids);
    int[] there = IntStream.range(0, ids.length).filter(i -> rows[i] >= 0).toArray();
    float[] vectors = new float[Math.multiplyExact(there.length, dimension)];
    for (int i = 0; i < there.length; i++) {
      newer.delta.copy(rows[there[i]], vectors, i * dimension);
    }
    long[] present = IntStream.of(there).mapToLong(i -> ids[i]).toArray();
    return without(ids).with(present, vectors);
  }
}
