package io.unipin.evaluate.baseline;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;

/**
 * A baseline that ignores the user and knows items by their contents alone, so that it can rank
 * items without a single action. Contents are scaled to unit length. An item's score is the dot
 * product of its content and the mean content of the items of all positive actions before the
 * judged part. Immutable.
 */
public final class ContentPopularity {
  private final float[] scores;

  private ContentPopularity(float[] scores) {
    this.scores = scores;
  }

  /** Computes the scores. An item without content has the score 0. */
  public static ContentPopularity of(FeedLog log, Holdout holdout, Part part) {
    Catalogue catalogue = log.catalogue();
    ContentNeighbours neighbours = ContentNeighbours.of(log);
    float[] scores = new float[catalogue.size()];
    if (!neighbours.areKnown()) {
      return new ContentPopularity(scores);
    }
    float[] counts = Popularity.of(log, holdout, part).scores();
    int dim = catalogue.contentDim();
    double[] mean = new double[dim];
    double actions = 0;
    for (int item = 0; item < counts.length; item++) {
      actions += counts[item];
      for (int d = 0; d < dim; d++) {
        mean[d] += counts[item] * neighbours.factor(item) * catalogue.content()[item * dim + d];
      }
    }
    for (int item = 0; item < scores.length; item++) {
      double sum = 0;
      for (int d = 0; d < dim; d++) {
        sum += mean[d] * neighbours.factor(item) * catalogue.content()[item * dim + d];
      }
      scores[item] = (float) (sum / Math.max(1, actions));
    }
    return new ContentPopularity(scores);
  }

  /** Returns the scores (items), read-only. */
  public float[] scores() {
    return scores;
  }
}
