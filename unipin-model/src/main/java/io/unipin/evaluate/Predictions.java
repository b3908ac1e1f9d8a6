package io.unipin.evaluate;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import java.util.List;

/**
 * Predictions of the model and of the user+item-bias baseline for held-out impressions, user by
 * user and slate by slate. Immutable.
 */
public final class Predictions {
  private final FeedLog log;
  private final Slates slates;
  private final List<Judged> judged;
  private final int impressions;

  /**
   * A slate with its predictions, each of shape (impressions, actions).
   *
   * @param user row of the user in the log
   * @param model the model's probabilities at the positions that the evaluation ranks at
   * @param shown the model's probabilities at the positions where the impressions were shown
   */
  record Judged(int user, Slate slate, float[] model, float[] shown, float[] bias) {}

  Predictions(FeedLog log, Slates slates, List<Judged> judged) {
    this.log = log;
    this.slates = slates;
    this.judged = List.copyOf(judged);
    this.impressions = judged.stream().mapToInt(each -> each.slate().size()).sum();
  }

  /** Returns the number of slates. */
  public int slates() {
    return judged.size();
  }

  public int impressions() {
    return impressions;
  }

  /** Returns the model's probabilities (impressions) of the action with that bit. */
  public float[] probabilities(int action) {
    return gather((slate, k) -> slate.model()[k * actions() + action]);
  }

  /**
   * Returns the model's probabilities (impressions) at the positions where the impressions were
   * shown. Labels depend on these positions.
   */
  public float[] shownProbabilities(int action) {
    return gather((slate, k) -> slate.shown()[k * actions() + action]);
  }

  /** Returns, for each impression (impressions), whether it got the action with that bit. */
  public boolean[] labels(int action) {
    boolean[] labels = new boolean[impressions];
    int at = 0;
    for (Judged each : judged) {
      for (int i = each.slate().from(); i < each.slate().to(); i++) {
        labels[at++] = (slates.bits()[i] >>> action & 1) != 0;
      }
    }
    return labels;
  }

  float[] biasProbabilities(int action) {
    return gather((slate, k) -> slate.bias()[k * actions() + action]);
  }

  /** Returns (impressions) the score of each impression's item. */
  float[] byItem(float[] itemScores) {
    return gather((slate, k) -> itemScores[slates.items()[slate.slate().from() + k]]);
  }

  /** Returns (impressions) each impression's class of an input. */
  int[] classes(SlateInput input) {
    int[] classes = new int[impressions];
    int at = 0;
    for (Judged each : judged) {
      for (int k = 0; k < each.slate().size(); k++) {
        classes[at++] = input.of(each.slate(), k);
      }
    }
    return classes;
  }

  /** Returns (impressions) the oracle. The log must have one. */
  float[] oracle() {
    return gather((slate, k) -> log.impressionOracle()[slate.slate().from() + k]);
  }

  FeedLog log() {
    return log;
  }

  FeedSchema schema() {
    return log.schema();
  }

  /** Returns (impressions) user rows, grouped. */
  public int[] users() {
    int[] users = new int[impressions];
    int at = 0;
    for (Judged each : judged) {
      for (int k = 0; k < each.slate().size(); k++) {
        users[at++] = each.user();
      }
    }
    return users;
  }

  /** Returns (impressions) item ids. */
  public long[] itemIds() {
    long[] ids = new long[impressions];
    int at = 0;
    for (Judged each : judged) {
      for (int i = each.slate().from(); i < each.slate().to(); i++) {
        ids[at++] = log.catalogue().id(slates.items()[i]);
      }
    }
    return ids;
  }

  /** Returns (slates) the number of impressions of each slate. */
  int[] sizes() {
    return judged.stream().mapToInt(each -> each.slate().size()).toArray();
  }

  boolean areFeedviews() {
    return slates.areFeedviews();
  }

  public int actions() {
    return log.schema().actions().size();
  }

  private float[] gather(Score score) {
    float[] scores = new float[impressions];
    int at = 0;
    for (Judged each : judged) {
      for (int k = 0; k < each.slate().size(); k++) {
        scores[at++] = score.of(each, k);
      }
    }
    return scores;
  }

  /** Computes the score of a slate's k-th impression. */
  @FunctionalInterface
  private interface Score {
    float of(Judged slate, int k);
  }
}
