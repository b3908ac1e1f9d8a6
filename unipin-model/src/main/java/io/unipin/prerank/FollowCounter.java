package io.unipin.prerank;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import java.util.Arrays;

/**
 * Counts which items follow which in the training split of a log. Item i follows item j for a user
 * if the user's positive action on i is one of the {@link #NEXT} positive actions after a positive
 * action on j. Held-out actions and withheld items are not counted.
 *
 * <p>The strength of a follower is {@code log1p(1e4 C(j, i) / (C(j) + 10))}. C(j) counts the
 * positive actions on j, and C(j, i) counts the users for whom i follows j. The 10 imagined actions
 * weaken the followers of rare items. An item that follows for fewer than {@link #LEAST_USERS}
 * users is left out, so that no follower reveals the actions of a single user.
 *
 * <p>Pairs are counted in several passes over the log, so that the memory for them is bounded.
 */
final class FollowCounter {
  /** Number of a user's next positive actions that follow an action. */
  static final int NEXT = 5;

  /** Smallest number of users for whom an item must follow another item. */
  static final int LEAST_USERS = 2;

  private static final double IMAGINED = 10;
  private static final double SCALE = 1e4;

  /** Largest number of pairs in memory, unless one item alone has more. */
  private static final int MOST_PAIRS = 1 << 23;

  private final FeedLog log;
  private final Holdout holdout;
  private final int[] positives;
  private final int[] starts;
  private final int mostPairs;
  private int[] rows = new int[1024];
  private float[] strengths = new float[1024];
  private int size;

  private FollowCounter(FeedLog log, Holdout holdout, int[] positives, int mostPairs) {
    this.log = log;
    this.holdout = holdout;
    this.positives = positives;
    this.starts = new int[positives.length + 1];
    this.mostPairs = mostPairs;
  }

  /**
   * Counts the followers of every item.
   *
   * @param positives (items) number of positive actions on each item in the training split
   */
  static FollowTable of(FeedLog log, Holdout holdout, int[] positives) {
    return of(log, holdout, positives, MOST_PAIRS);
  }

  /** Counts the followers of every item, with another bound on the number of pairs in memory. */
  static FollowTable of(FeedLog log, Holdout holdout, int[] positives, int mostPairs) {
    FollowCounter counter = new FollowCounter(log, holdout, positives, mostPairs);
    int from = 0;
    while (from < positives.length) {
      int to = counter.end(from);
      counter.count(from, to);
      from = to;
    }
    return new FollowTable(
        counter.starts,
        Arrays.copyOf(counter.rows, counter.size),
        Arrays.copyOf(counter.strengths, counter.size));
  }

  /** Returns the end of the range of items whose pairs are counted in one pass. */
  private int end(int from) {
    long pairs = 0;
    int to = from;
    while (to < positives.length
        && (to == from || pairs + (long) NEXT * positives[to] <= mostPairs)) {
      pairs += (long) NEXT * positives[to];
      to++;
    }
    return to;
  }

  private void count(int from, int to) {
    long expected = 0;
    for (int item = from; item < to; item++) {
      expected += (long) NEXT * positives[item];
    }
    long[] pairs = new long[Math.toIntExact(expected)];
    int count = 0;
    int[] sequence = new int[0];
    for (int user = 0; user < log.users(); user++) {
      if (sequence.length < holdout.trainEnd(user)) {
        sequence = new int[holdout.trainEnd(user)];
      }
      int length = sequence(user, sequence);
      int own = count;
      for (int at = 0; at < length; at++) {
        if (sequence[at] >= from && sequence[at] < to) {
          for (int next = at + 1; next < Math.min(length, at + 1 + NEXT); next++) {
            if (sequence[next] != sequence[at]) {
              pairs[count++] = ((long) sequence[at] << 32) | sequence[next];
            }
          }
        }
      }
      count = distinct(pairs, own, count);
    }
    Arrays.sort(pairs, 0, count);
    add(pairs, count, from, to);
  }

  /** Removes repeated pairs of a user. Returns the new end of the pairs. */
  private static int distinct(long[] pairs, int from, int to) {
    Arrays.sort(pairs, from, to);
    int end = from;
    for (int at = from; at < to; at++) {
      if (at == from || pairs[at] != pairs[at - 1]) {
        pairs[end++] = pairs[at];
      }
    }
    return end;
  }

  /** Fills the items of a user's positive training actions. Returns their number. */
  private int sequence(int user, int[] sequence) {
    int length = 0;
    int start = log.actionStart(user);
    for (int row = start; row < start + holdout.trainEnd(user); row++) {
      int item = log.actionItems()[row];
      if ((log.actionBits()[row] & log.schema().positiveBits()) != 0
          && !holdout.withheld().contains(item)) {
        sequence[length++] = item;
      }
    }
    return length;
  }

  /** Adds the followers of some items to the table. {@code pairs} is sorted. */
  private void add(long[] pairs, int count, int from, int to) {
    int at = 0;
    for (int item = from; item < to; item++) {
      starts[item] = size;
      int begin = at;
      while (at < count && (pairs[at] >>> 32) == item) {
        at++;
      }
      add(item, strongest(pairs, begin, at));
    }
    starts[to] = size;
  }

  /**
   * Returns an item's followers, strongest first. Each follower is encoded as {@code -count << 32 |
   * row}, so that an ascending order puts the smaller row first when counts are equal.
   */
  private static long[] strongest(long[] pairs, int begin, int end) {
    long[] counted = new long[end - begin];
    int distinct = 0;
    for (int at = begin; at < end; ) {
      int run = at;
      while (run < end && pairs[run] == pairs[at]) {
        run++;
      }
      if (run - at >= LEAST_USERS) {
        counted[distinct++] = (((long) at - run) << 32) | (pairs[at] & 0xffffffffL);
      }
      at = run;
    }
    Arrays.sort(counted, 0, distinct);
    return Arrays.copyOf(counted, Math.min(distinct, FollowTable.MOST));
  }

  private void add(int item, long[] followers) {
    if (size + followers.length > rows.length) {
      int larger = Math.toIntExact(Math.max(rows.length * 3L / 2, size + (long) followers.length));
      rows = Arrays.copyOf(rows, larger);
      strengths = Arrays.copyOf(strengths, larger);
    }
    for (long follower : followers) {
      rows[size] = (int) follower;
      double rate = -(follower >> 32) / (positives[item] + IMAGINED);
      strengths[size++] = (float) Math.log1p(SCALE * rate);
    }
  }
}
