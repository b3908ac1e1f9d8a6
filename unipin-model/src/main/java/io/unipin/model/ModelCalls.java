package io.unipin.model;

import io.unipin.kvcache.HostRows;

/** The three calls of serving, their arguments checked: an {@link Executor} decides where they run. Thread-safe. */
interface ModelCalls extends AutoCloseable {

  /**
   * Actions as the program takes them.
   *
   * @param items (m)
   * @param actions (m, C)
   * @param surfaces (m)
   * @param gaps (m)
   */
  record Tokens(long[] items, float[] actions, long[] surfaces, long[] gaps) {
    int size() {
      return items.length;
    }
  }

  /**
   * New tokens for a block.
   *
   * @param from rows that the block holds; with 0 the learned first token precedes the actions
   */
  record Extend(Tokens tokens, int from, HostRows block) {
    /** Rows to write. */
    int count() {
      return tokens.size() + (from == 0 ? 1 : 0);
    }
  }

  /**
   * Candidates for the first rows of a block.
   *
   * @param candidates (k)
   * @param positions (k) or (1)
   */
  record Score(
      long[] candidates, long surface, long gap, long[] positions, HostRows block, int rows) {}

  /**
   * Queries of one user.
   *
   * @param state (d)
   * @param outcomes (count, C)
   * @param offsets (count)
   */
  record Query(float[] state, float[] outcomes, long surface, long gap, long[] offsets) {
    int count() {
      return offsets.length;
    }
  }

  /** Returns the state (d) of the last row. */
  float[] extend(Extend call);

  /** Returns probabilities (k, C). */
  float[] score(Score call);

  /** Returns unit queries (count, E). */
  float[] queries(Query call);

  /** No call may be under way. */
  @Override
  void close();
}
