package io.unipin.train.batch;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.train.recipe.TrainingSettings;

/**
 * The items that fewer than {@code training.coldBelow} users have in training. The set is empty if
 * no loss needs it. Immutable.
 */
final class ColdItems {
  private final boolean[] cold;

  ColdItems(FeedLog log, Holdout holdout, TrainingSettings settings) {
    this.cold = new boolean[log.catalogue().size()];
    if (settings.scoreReg() > 0) {
      int[] users = ItemUsers.count(log, holdout);
      for (int item = 0; item < cold.length; item++) {
        cold[item] = users[item] < settings.coldBelow();
      }
    }
  }

  boolean contains(long item) {
    return cold[(int) item];
  }
}
