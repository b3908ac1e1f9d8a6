package io.unipin.model;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvRows;

/**
 * The native calls of a loaded model, with checked arguments. An {@link Executor} decides in which
 * threads they run, and an {@code Implementation} decides what computes them. The program's file
 * parts.py explains the letters of shapes. Thread-safe.
 */
interface ModelCalls extends AutoCloseable {

  /**
   * Actions in the form that the program takes.
   *
   * @param items (a) rows of the item table
   * @param actions (a, C) multi-hots of action types
   * @param surfaces (a) surface indices
   * @param gaps (a) gap buckets
   */
  record Tokens(long[] items, float[] actions, long[] surfaces, long[] gaps) {
    int size() {
      return items.length;
    }
  }

  /**
   * New tokens whose rows are added to a block.
   *
   * @param from number of rows that the block already holds; if 0, the learned first token precedes
   *     the actions
   */
  record Extend(Tokens tokens, int from, KvRows block) {
    /** Returns the number of rows to write. */
    int count() {
      return tokens.size() + (from == 0 ? 1 : 0);
    }
  }

  /**
   * Candidates to score against the first {@code rows} rows of a block.
   *
   * @param candidates (k) row of each candidate in the item table
   * @param positions (k) positions of the candidates on the page, or (1) one position for all
   *     candidates
   */
  record Score(
      long[] candidates, long surface, long gap, long[] positions, KvRows block, int rows) {}

  /**
   * Queries of one user.
   *
   * @param state (d) state of the user's last row
   * @param outcomes (count, C) weights of the actions for which each query asks
   * @param offsets (count) class of {@code TargetOffsets}: how far ahead each query looks
   */
  record Query(float[] state, float[] outcomes, long surface, long gap, long[] offsets) {
    int count() {
      return offsets.length;
    }
  }

  /**
   * Candidates to score in one pass over history and candidates, without a block.
   *
   * @param window the whole history
   * @param candidates (k) row of each candidate in the item table
   */
  record Dense(Tokens window, long[] candidates, long surface, long gap) {}

  /**
   * Returns the rows as {@link HostRows}.
   *
   * @throws IllegalArgumentException if the rows are in other memory
   */
  static HostRows onHost(KvRows rows) {
    if (rows instanceof HostRows host) {
      return host;
    }
    throw new IllegalArgumentException(
        "rows in host memory expected, got " + rows.getClass().getSimpleName());
  }

  /** Writes the new rows into the block. Returns the state (d) of the last row. */
  float[] extend(Extend call);

  /** Returns probabilities (k, C) of the C actions for the candidates. */
  float[] score(Score call);

  /** Returns unit queries (count, E). */
  float[] queries(Query call);

  /**
   * Returns probabilities (k, C) of the C actions for the candidates, which are all scored at the
   * first position. Only for models that were loaded for comparison.
   */
  float[] scoreDense(Dense call);

  /** Returns the name of the implementation that computes the calls, such as {@code program}. */
  default String engine() {
    return "program";
  }

  /**
   * Returns the computing time of all calls so far, in nanoseconds, without the time that the
   * TorchScript program computed.
   */
  default long computingNanos() {
    return 0;
  }

  /** Frees the model's resources. No call may be running. */
  @Override
  void close();
}
