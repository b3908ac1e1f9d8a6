package io.unipin.feedlog.split;

import io.unipin.feedlog.FeedLog;
import java.util.BitSet;

/**
 * The part of a feed log that a training reads. Immutable.
 *
 * <p>If no items are withheld, this is the log itself with its split. Otherwise the part is another
 * log. It holds only the training actions on items that are not withheld, and all of its actions
 * are for training. Its feedviews keep their withheld impressions, because an impression's position
 * counts all impressions above it. A reader of feedviews must skip impressions of the items that
 * {@link Holdout#withheld} names.
 */
public record TrainingPart(FeedLog log, Holdout holdout) {

  public static TrainingPart of(FeedLog log, Holdout holdout) {
    Withheld withheld = holdout.withheld();
    if (withheld.isEmpty()) {
      return new TrainingPart(log, holdout);
    }
    BitSet kept = new BitSet(log.actions());
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      for (int row = start; row < start + holdout.trainEnd(user); row++) {
        kept.set(row, !withheld.contains(log.actionItems()[row]));
      }
    }
    FeedLog cut = log.withActions(kept::get);
    return new TrainingPart(cut, holdout.trainingOn(cut));
  }
}
