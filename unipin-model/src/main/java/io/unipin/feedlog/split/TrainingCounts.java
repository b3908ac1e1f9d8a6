package io.unipin.feedlog.split;

import io.unipin.feedlog.FeedLog;

/**
 * How often every item occurs in the training split of a log. The counts of withheld items are 0.
 * Immutable; the arrays are read-only.
 *
 * @param actions (items) number of actions of any type
 * @param positives (items) number of positive actions, which are the targets of retrieval
 * @param impressions (items) number of impressions in the training slates, from which ranking
 *     learns; in a log without feedviews the slates are the actions
 */
public record TrainingCounts(int[] actions, int[] positives, int[] impressions) {

  public static TrainingCounts of(FeedLog log, Holdout holdout) {
    int items = log.catalogue().size();
    TrainingCounts counts = new TrainingCounts(new int[items], new int[items], new int[items]);
    for (int user = 0; user < log.users(); user++) {
      counts.addActions(log, holdout, user);
      counts.addViews(log, holdout, user);
    }
    return counts;
  }

  private void addActions(FeedLog log, Holdout holdout, int user) {
    int start = log.actionStart(user);
    for (int row = start; row < start + holdout.trainEnd(user); row++) {
      int item = log.actionItems()[row];
      if (holdout.withheld().contains(item)) {
        continue;
      }
      actions[item]++;
      if ((log.actionBits()[row] & log.schema().positiveBits()) != 0) {
        positives[item]++;
      }
      if (log.views() == 0) {
        impressions[item]++;
      }
    }
  }

  private void addViews(FeedLog log, Holdout holdout, int user) {
    for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
      if (holdout.part(user, view) == Part.TRAIN) {
        for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
          int item = log.impressionItems()[i];
          impressions[item] += holdout.withheld().contains(item) ? 0 : 1;
        }
      }
    }
  }

  /**
   * Returns how often an item occurs in the training split, in actions and in impressions together.
   */
  long occurrences(int item) {
    return (long) actions[item] + impressions[item];
  }
}
