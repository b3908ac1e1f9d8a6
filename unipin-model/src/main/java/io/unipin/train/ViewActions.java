package io.unipin.train;

import io.unipin.data.FeedLog;

/**
 * Which of its user's actions the labels of a feedview come from, relative to the user's first action.
 *
 * <p>A log does not link them. An impression's label is taken for the first action after the view's history that is on the
 * same item and of a common type, if it is near: among the next few actions, or at the view's own time.
 *
 * @param first first such action; when there is none, larger than any
 * @param last last such action; -1 when there is none
 * @param complete whether the view has labels and every one of them was found
 */
record ViewActions(int first, int last, boolean complete) {
  private static final int NEAR_PER_IMPRESSION = 4;
  private static final int NEAR = 8;

  static ViewActions of(FeedLog log, int user, int view) {
    int first = Integer.MAX_VALUE;
    int last = -1;
    int labels = 0;
    int found = 0;
    for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
      long bits = log.impressionBits()[i];
      if (bits == 0) {
        continue;
      }
      labels++;
      int action = find(log, user, view, log.impressionItems()[i], bits);
      if (action >= 0) {
        found++;
        first = Math.min(first, action);
        last = Math.max(last, action);
      }
    }
    return new ViewActions(first, last, labels > 0 && found == labels);
  }

  private static int find(FeedLog log, int user, int view, int item, long bits) {
    int start = log.actionStart(user);
    int from = start + log.viewHistory()[view];
    int size = log.impressionStart(view + 1) - log.impressionStart(view);
    int near = from + NEAR + NEAR_PER_IMPRESSION * size;
    for (int action = from; action < log.actionStart(user + 1); action++) {
      if (action >= near && !isAtTime(log, action, log.viewTimes()[view])) {
        return -1;
      }
      if (log.actionItems()[action] == item && (log.actionBits()[action] & bits) != 0) {
        return action - start;
      }
    }
    return -1;
  }

  private static boolean isAtTime(FeedLog log, int action, long time) {
    return time != FeedLog.NO_TIME && log.actionTimes()[action] == time;
  }
}
