package io.unipin.feedlog.split;

import io.unipin.feedlog.FeedLog;

/**
 * The user's actions from which a feedview's labels come. The user's first action has index 0.
 *
 * <p>A log does not link labels to actions. The label of an impression is assigned to one action
 * after the feedview's history. This is the first action that is on the same item and shares an
 * action type with the label. An action is near if it is among the next few actions, or has the
 * same time as the feedview. If an action is not near, it may be the source of the label, but it
 * may also belong to another visit.
 *
 * @param first index of the first near action to which a label is assigned; a number larger than
 *     any index when there is none
 * @param last index of the last near action to which a label is assigned; -1 when there is none
 * @param late index of the last action that is not near but has a label assigned; -1 when there is
 *     none
 * @param complete whether the feedview has labels and each label is assigned to a near action
 */
record ViewActions(int first, int last, int late, boolean complete) {
  private static final int NEAR_PER_IMPRESSION = 4;
  private static final int NEAR = 8;

  static ViewActions of(FeedLog log, int user, int view) {
    int first = Integer.MAX_VALUE;
    int last = -1;
    int late = -1;
    int labels = 0;
    int found = 0;
    for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
      long bits = log.impressionBits()[i];
      if (bits == 0) {
        continue;
      }
      labels++;
      int action = find(log, user, view, log.impressionItems()[i], bits);
      if (action >= 0 && !isNear(log, user, view, action)) {
        late = Math.max(late, action);
      } else if (action >= 0) {
        found++;
        first = Math.min(first, action);
        last = Math.max(last, action);
      }
    }
    return new ViewActions(first, last, late, labels > 0 && found == labels);
  }

  private static int find(FeedLog log, int user, int view, int item, long bits) {
    int start = log.actionStart(user);
    for (int i = start + log.viewHistory()[view]; i < log.actionStart(user + 1); i++) {
      if (log.actionItems()[i] == item && (log.actionBits()[i] & bits) != 0) {
        return i - start;
      }
    }
    return -1;
  }

  private static boolean isNear(FeedLog log, int user, int view, int action) {
    int size = log.impressionStart(view + 1) - log.impressionStart(view);
    long time = log.viewTimes()[view];
    return action < log.viewHistory()[view] + NEAR + NEAR_PER_IMPRESSION * size
        || (time != FeedLog.NO_TIME && log.actionTimes()[log.actionStart(user) + action] == time);
  }
}
