package io.unipin.train.batch;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;

/**
 * Counts how many users have an item in their training actions or feedviews. A withheld item has no
 * users.
 */
final class ItemUsers {
  private final int[] users;
  private final int[] seenBy;

  private ItemUsers(int items) {
    this.users = new int[items];
    this.seenBy = new int[items];
  }

  /**
   * Returns the number of users of each item of the catalogue.
   *
   * @param log log of a training part, which has no actions on withheld items
   * @param holdout split of that log
   */
  static int[] count(FeedLog log, Holdout holdout) {
    ItemUsers counted = new ItemUsers(log.catalogue().size());
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      for (int i = start; i < start + holdout.trainEnd(user); i++) {
        counted.add(log.actionItems()[i], user);
      }
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        if (holdout.part(user, view) == Part.TRAIN) {
          for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
            int item = log.impressionItems()[i];
            if (!holdout.withheld().contains(item)) {
              counted.add(item, user);
            }
          }
        }
      }
    }
    return counted.users;
  }

  private void add(int item, int user) {
    if (seenBy[item] != user + 1) {
      seenBy[item] = user + 1;
      users[item]++;
    }
  }
}
