package io.unipin.benchmarks.rival;

import java.util.ArrayList;
import java.util.List;

/**
 * Some histories as a rival model for retrieval reads them, padded with zeros at the end.
 *
 * @param rows number of histories
 * @param length length of the longest history
 * @param items (rows, length) items of the actions
 * @param positions (rows, length) number of later actions of the same history
 * @param seconds (rows, length) when the user acted
 * @param at (positions) the actions from which the model predicts, as indices into the rows *
 *     length actions
 * @param targets (positions) the items to predict; empty for queries
 */
record SequenceBatch(
    int rows,
    int length,
    long[] items,
    long[] positions,
    long[] seconds,
    long[] at,
    long[] targets) {

  /** Returns a batch that predicts, from every action, the history's next item. */
  static SequenceBatch training(List<SequenceHistory> histories) {
    List<Long> at = new ArrayList<>();
    List<Long> targets = new ArrayList<>();
    int length = longest(histories) - 1;
    for (int r = 0; r < histories.size(); r++) {
      SequenceHistory history = histories.get(r);
      for (int i = 0; i + 1 < history.size(); i++) {
        at.add((long) r * length + i);
        targets.add((long) history.items()[i + 1]);
      }
    }
    return of(histories, length, 1, longs(at), longs(targets));
  }

  /** Returns a batch that predicts the item after the last action of every history. */
  static SequenceBatch queries(List<SequenceHistory> histories) {
    int length = longest(histories);
    long[] at = new long[histories.size()];
    for (int r = 0; r < at.length; r++) {
      at[r] = (long) r * length + histories.get(r).size() - 1;
    }
    return of(histories, length, 0, at, new long[0]);
  }

  private static SequenceBatch of(
      List<SequenceHistory> histories, int length, int leftOut, long[] at, long[] targets) {
    int rows = histories.size();
    long[] items = new long[rows * length];
    long[] positions = new long[rows * length];
    long[] seconds = new long[rows * length];
    for (int r = 0; r < rows; r++) {
      SequenceHistory history = histories.get(r);
      int size = history.size() - leftOut;
      for (int i = 0; i < size; i++) {
        int place = r * length + i;
        items[place] = history.items()[i];
        positions[place] = size - 1L - i;
        seconds[place] = history.seconds()[i];
      }
    }
    return new SequenceBatch(rows, length, items, positions, seconds, at, targets);
  }

  private static int longest(List<SequenceHistory> histories) {
    return histories.stream().mapToInt(SequenceHistory::size).max().orElse(0);
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
