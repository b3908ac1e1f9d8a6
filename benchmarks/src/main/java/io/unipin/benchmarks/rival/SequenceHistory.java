package io.unipin.benchmarks.rival;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.TrainingPart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Positive actions of one user in order, oldest first. Immutable; the arrays are not copied.
 *
 * @param items catalogue rows of the items
 * @param seconds when the user acted, in seconds after the first of these actions; all 0 if a time
 *     is unknown
 */
record SequenceHistory(int[] items, long[] seconds) {
  private static final int MILLIS = 1000;

  int size() {
    return items.length;
  }

  /**
   * Returns the positive actions among the first {@code actions} actions of a user. If there are
   * more than {@code most}, returns the latest of them.
   */
  static SequenceHistory of(FeedLog log, int user, int actions, int most) {
    int[] rows = positives(log, user, actions);
    return of(log, rows, Math.max(0, rows.length - most), rows.length);
  }

  /**
   * Returns the positive actions of the training part, cut into histories. A history has at most
   * {@code most} actions, followed by the target of the last action. Each target belongs to one
   * history, and a user's last history is as long as possible.
   */
  static List<SequenceHistory> training(TrainingPart part, int most) {
    FeedLog log = part.log();
    List<SequenceHistory> histories = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      int[] rows = positives(log, user, part.holdout().trainEnd(user));
      for (int to = rows.length; to > 1; to -= most) {
        histories.add(of(log, rows, Math.max(0, to - most - 1), to));
      }
    }
    return histories;
  }

  private static int[] positives(FeedLog log, int user, int actions) {
    int start = log.actionStart(user);
    int[] rows = new int[actions];
    int count = 0;
    for (int row = start; row < start + actions; row++) {
      if ((log.actionBits()[row] & log.schema().positiveBits()) != 0) {
        rows[count++] = row;
      }
    }
    return Arrays.copyOf(rows, count);
  }

  private static SequenceHistory of(FeedLog log, int[] rows, int from, int to) {
    int[] items = new int[to - from];
    long[] seconds = new long[to - from];
    boolean known = true;
    for (int i = 0; i < items.length; i++) {
      int row = rows[from + i];
      long time = log.actionTimes()[row];
      known &= time != FeedLog.NO_TIME;
      items[i] = log.actionItems()[row];
      seconds[i] = known ? (time - log.actionTimes()[rows[from]]) / MILLIS : 0;
    }
    return new SequenceHistory(items, known ? seconds : new long[items.length]);
  }
}
