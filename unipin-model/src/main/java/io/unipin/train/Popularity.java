package io.unipin.train;

import io.unipin.data.FeedLog;

/** The baseline that knows no user: an item's score is how often it was a positive action in the training part. Immutable. */
final class Popularity {
  private final float[] counts;

  private Popularity(float[] counts) {
    this.counts = counts;
  }

  static Popularity of(FeedLog log, Holdout holdout) {
    float[] counts = new float[log.catalogue().size()];
    long positive = log.schema().positiveBits();
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      for (int action = start; action < start + holdout.trainEnd(user); action++) {
        if ((log.actionBits()[action] & positive) != 0) {
          counts[log.actionItems()[action]]++;
        }
      }
    }
    return new Popularity(counts);
  }

  /** (items), read-only. */
  float[] scores() {
    return counts;
  }
}
