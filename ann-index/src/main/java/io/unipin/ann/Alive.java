package io.unipin.ann;

import java.util.Arrays;

/**
 * The items of a live index, as the ids and vectors of a new generation. If an item has the same
 * vector as in the first generation, both generations share the vector's memory. So only new and
 * changed vectors take memory.
 */
record Alive(IdTable ids, VectorTable vectors) {

  /**
   * Returns all items of a state: first the items of the main index in the order of their ordinals,
   * then the items of the delta, oldest first.
   */
  static Alive of(LiveState state) {
    Layout layout = new Layout(state);
    int dimension = state.main().index().dimension();
    float[] row = new float[dimension];
    for (int ordinal = 0; ordinal < state.main().index().size(); ordinal++) {
      if (state.kept().passes(ordinal)) {
        state.main().vectors().copy(ordinal, 1, row, 0);
        layout.take(state.main().index().ids().id(ordinal), row, 0);
      }
    }
    state.delta().forEach(layout);
    return layout.done();
  }

  /**
   * Builds a main index of the items. During a build by FAISS, a copy of all vectors lies on the
   * heap.
   */
  BaseIndex index(LiveIndexConfig config) {
    long[] all = new long[ids.size()];
    Arrays.setAll(all, ids::id);
    if (config.factory().equals(LiveIndexConfig.EXACT)) {
      return ExactIndex.over(vectors, all);
    }
    int dimension = vectors.dimension();
    return FaissIndex.build(config.factory(), vectors.toArray(), dimension, all, config.build());
  }

  /** Collects the items of the new generation one by one. */
  private static final class Layout implements Delta.Receiver {
    private final Generation.Root root;
    private final int dimension;
    private final long[] ids;
    private final int[] places;
    private float[] own = new float[0];
    private int ownRows;
    private int filled;

    Layout(LiveState state) {
      root = state.main().root();
      dimension = state.main().index().dimension();
      ids = new long[state.size()];
      places = new int[state.size()];
    }

    @Override
    public void take(long id, float[] rows, int offset) {
      int rootRow = root.ids().ordinal(id);
      boolean shared = rootRow >= 0 && root.vectors().isRow(rootRow, rows, offset);
      ids[filled] = id;
      places[filled++] = shared ? rootRow : -1 - keep(rows, offset);
    }

    private int keep(float[] rows, int offset) {
      if (ownRows * dimension == own.length) {
        int room = Math.min(Math.max(16, 2 * ownRows), ids.length);
        own = Arrays.copyOf(own, Math.multiplyExact(room, dimension));
      }
      System.arraycopy(rows, offset, own, ownRows * dimension, dimension);
      return ownRows++;
    }

    Alive done() {
      float[] exact = Arrays.copyOf(own, ownRows * dimension);
      return new Alive(IdTable.of(ids), root.vectors().over(places, exact));
    }
  }
}
