package io.unipin.benchmarks.gpu;

import io.unipin.model.archive.ArrayValue;
import io.unipin.model.batch.RaggedRows;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * One user of the pack: a random history, a context and candidates.
 *
 * @param items (n) rows of the item table
 * @param actions (n, C) multi-hot of each action's types
 * @param surfaces (n) surface index of each action
 * @param gaps (n) gap bucket of each action
 * @param candidates (k) rows of the item table
 * @param positions (k) positions of the candidates on the page
 * @param capacity number of rows that the user's block has room for
 * @param start first row of the user's block in a pool
 */
record PackUser(
    long[] items,
    float[] actions,
    long[] surfaces,
    long[] gaps,
    long[] candidates,
    long[] positions,
    int capacity,
    int start) {
  /** The number of actions that come after the first pass over the history. */
  static final int APPENDED = 4;

  /** The surface and the gap of each request. */
  static final long SURFACE = 1;

  static final long GAP = 5;

  static PackUser of(ModelConfig config, Random random, int n, int k, int capacity, int start) {
    return new PackUser(
        longs(random, n, config.items() + 1),
        bits(random, n * config.actions().size()),
        longs(random, n, config.surfaces().size()),
        longs(random, n, GapBuckets.COUNT),
        longs(random, k, config.items() + 1),
        longs(random, k, PagePositions.COUNT),
        capacity,
        start);
  }

  static long[] longs(Random random, int count, int bound) {
    return random.ints(count, 0, bound).asLongStream().toArray();
  }

  static float[] bits(Random random, int count) {
    float[] bits = new float[count];
    for (int i = 0; i < count; i++) {
      bits[i] = random.nextInt(2);
    }
    return bits;
  }

  /** Returns the number of rows of the history, including the learned first token. */
  int rows() {
    return 1 + items.length;
  }

  /** Returns a block (L, 2, G, T, D) without rows. All of its elements are NaN. */
  ArrayValue emptyBlock(ModelConfig config) {
    int head = config.headDim();
    float[] block = new float[config.layers() * 2 * config.kvHeads() * capacity * head];
    Arrays.fill(block, Float.NaN);
    return ArrayValue.of(block, config.layers(), 2, config.kvHeads(), capacity, head);
  }

  /** Returns the arguments of {@code extend} for the actions from {@code from} to {@code to}. */
  PackedCalls.Arguments extend(ArrayValue table, ArrayValue block, int from, int to) {
    int types = actions.length / items.length;
    return new PackedCalls.Arguments()
        .with("table", table)
        .with("items", part(items, from, to))
        .with(
            "actions",
            ArrayValue.of(Arrays.copyOfRange(actions, from * types, to * types), to - from, types))
        .with("surfaces", part(surfaces, from, to))
        .with("gaps", part(gaps, from, to))
        .with("block", block)
        .with("steps", block)
        .with("start", from == 0 ? 0 : 1 + from);
  }

  PackedCalls.Arguments score(ArrayValue table, ArrayValue paths, ArrayValue block) {
    return new PackedCalls.Arguments()
        .with("table", table)
        .with("paths", paths)
        .with("candidates", part(candidates, 0, candidates.length))
        .with("surface", ArrayValue.of(new long[] {SURFACE}, 1))
        .with("gap", ArrayValue.of(new long[] {GAP}, 1))
        .with("positions", part(positions, 0, positions.length))
        .with("block", block)
        .with("steps", block)
        .with("rows", rows());
  }

  /**
   * Returns the arguments of the pass that uses no block. That pass scores each candidate at the
   * first position of the page.
   */
  PackedCalls.Arguments scoreDense(ArrayValue table, ArrayValue paths) {
    return new PackedCalls.Arguments()
        .with("table", table)
        .with("paths", paths)
        .with("items", part(items, 0, items.length))
        .with("actions", ArrayValue.of(actions, items.length, actions.length / items.length))
        .with("surfaces", part(surfaces, 0, items.length))
        .with("gaps", part(gaps, 0, items.length))
        .with("candidates", part(candidates, 0, candidates.length))
        .with("surface", ArrayValue.of(new long[] {SURFACE}, 1))
        .with("gap", ArrayValue.of(new long[] {GAP}, 1));
  }

  /** Returns this user with all candidates at the first position of the page. */
  PackUser atFirstPosition() {
    long[] first = IntStream.range(0, candidates.length).mapToLong(i -> 0).toArray();
    return new PackUser(items, actions, surfaces, gaps, candidates, first, capacity, start);
  }

  /**
   * Returns rows of the history for a call of several users. Row 0 is the learned first token,
   * whose features are not read; row i is action i - 1.
   */
  RaggedRows.Part rowsOfHistory(int from, int to) {
    int count = to - from;
    long[][] features = new long[4][count];
    for (int i = 0; i < count; i++) {
      int action = Math.max(0, from + i - 1);
      features[0][i] = items[action];
      features[1][i] = surfaces[action];
      features[2][i] = gaps[action];
      features[3][i] = (long) from + i;
    }
    return new RaggedRows.Part(
        features[0],
        features[1],
        features[2],
        features[3],
        new RaggedRows.BlockPlace(to, start, capacity));
  }

  /** Returns the actions (to - from, C) of rows of the history. */
  float[] actionsOfRows(int from, int to, int types) {
    float[] chosen = new float[(to - from) * types];
    for (int row = from; row < to; row++) {
      System.arraycopy(actions, Math.max(0, row - 1) * types, chosen, (row - from) * types, types);
    }
    return chosen;
  }

  /** Returns the candidates for a call of several users. */
  RaggedRows.Part rowsOfCandidates() {
    long[] surface = new long[candidates.length];
    long[] gap = new long[candidates.length];
    Arrays.fill(surface, SURFACE);
    Arrays.fill(gap, GAP);
    return new RaggedRows.Part(
        candidates, surface, gap, positions, new RaggedRows.BlockPlace(rows(), start, capacity));
  }

  private static ArrayValue part(long[] values, int from, int to) {
    return ArrayValue.of(Arrays.copyOfRange(values, from, to), to - from);
  }
}
