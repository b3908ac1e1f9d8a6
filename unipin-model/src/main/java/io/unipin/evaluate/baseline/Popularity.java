package io.unipin.evaluate.baseline;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;

/**
 * A baseline that ignores the user. An item's score is its number of positive actions before the
 * judged part, and 0 for a withheld item. Immutable.
 */
public final class Popularity {
  private final float[] counts;

  private Popularity(float[] counts) {
    this.counts = counts;
  }

  public static Popularity of(FeedLog log, Holdout holdout, Part part) {
    float[] counts = new float[log.catalogue().size()];
    long positive = log.schema().positiveBits();
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      int end = part == Part.TEST ? holdout.validationEnd(user) : holdout.trainEnd(user);
      for (int action = start; action < start + end; action++) {
        int item = log.actionItems()[action];
        if ((log.actionBits()[action] & positive) != 0 && !holdout.withheld().contains(item)) {
          counts[item]++;
        }
      }
    }
    return new Popularity(counts);
  }

  /** Returns the scores (items), read-only. */
  public float[] scores() {
    return counts;
  }
}
