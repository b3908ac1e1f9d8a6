package io.unipin.counts;

import io.unipin.feedlog.FeedLog;

/**
 * Counts a user's own newest actions from before the end of the tables. Nothing about a user is in
 * the tables: the actions come from the history that a request has anyway.
 *
 * <p>Actions after the end of the tables are left out. So the rates of a user stay the same until
 * newer tables arrive, like all other rates. If the tables have no end, because the log has no
 * times, all actions are counted. Not thread-safe.
 */
public final class OwnActions {
  /** Largest number of actions that are counted. */
  public static final int MOST = 200;

  private final long untilMs;
  private final int[] counts;

  /**
   * Starts to count for some tables. The user's actions must be {@linkplain #add added} newest
   * first.
   */
  public OwnActions(CountTables tables) {
    this.untilMs = tables.until().toEpochMilli();
    this.counts = new int[1 + tables.layout().actions().size()];
  }

  /** Whether no further action would be counted. */
  public boolean isFull() {
    return counts[0] == MOST;
  }

  /**
   * Adds the next older action. It is counted if it is older than the end of the tables, and if
   * fewer than {@link #MOST} actions have been counted so far.
   *
   * @param timeMs time of the action, in milliseconds since 1970
   * @param bits multi-hot over the action types
   */
  public void add(long timeMs, long bits) {
    if (isFull() || (untilMs != 0 && timeMs >= untilMs)) {
      return;
    }
    counts[0]++;
    for (int action = 0; action + 1 < counts.length; action++) {
      counts[action + 1] += (int) (bits >>> action & 1);
    }
  }

  /** Adds the first {@code history} actions of a user of a log, which has the tables' actions. */
  OwnActions add(FeedLog log, int user, int history) {
    int start = log.actionStart(user);
    for (int i = start + history - 1; i >= start && !isFull(); i--) {
      add(log.actionTimes()[i], log.actionBits()[i]);
    }
    return this;
  }

  /** Returns the number of counted actions, then how many of them have each action type. */
  public int[] counts() {
    return counts.clone();
  }
}
