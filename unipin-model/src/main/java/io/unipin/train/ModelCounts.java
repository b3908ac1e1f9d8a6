package io.unipin.train;

import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountFit;
import io.unipin.counts.CountInputs;
import io.unipin.counts.CountQuery;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.Predictions;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Gives a calibrated model its counts. The tables end where the training part ends, and the weights
 * are fitted to the impressions of the validation part. So no table counts an impression to which
 * weights are fitted.
 */
final class ModelCounts {
  private final FeedLog log;
  private final CountTables tables;
  private final Predictions predictions;

  /** Indices of the impressions to which weights are fitted. */
  private final int[] sample;

  private ModelCounts(FeedLog log, CountTables tables, Predictions predictions) {
    this.log = log;
    this.tables = tables;
    this.predictions = predictions;
    this.sample = CountFit.sample(tables, predictions.impressions());
  }

  /**
   * Returns the counts of a model; empty if the log has no impressions, or none in its validation
   * part, or if counts improve no action.
   *
   * @param predictions predictions of the validation part
   * @param calibrated one array (impressions) per action: calibrated probabilities at the positions
   *     where the impressions were shown
   */
  static Optional<CountedRanking> of(
      FeedLog log, Holdout holdout, Predictions predictions, List<float[]> calibrated) {
    if (log.impressions() == 0 || predictions.impressions() == 0) {
      return Optional.empty();
    }
    CountTables tables = CountBuilder.count(log, holdout);
    CountWeights weights = new ModelCounts(log, tables, predictions).fit(calibrated);
    return weights.changeAny()
        ? Optional.of(new CountedRanking(tables, weights))
        : Optional.empty();
  }

  private CountWeights fit(List<float[]> calibrated) {
    int[] users = predictions.users();
    List<float[]> probabilities = new ArrayList<>();
    List<boolean[]> labels = new ArrayList<>();
    for (int c = 0; c < predictions.actions(); c++) {
      float[] all = calibrated.get(c);
      boolean[] did = predictions.labels(c);
      float[] some = new float[sample.length];
      boolean[] theirs = new boolean[sample.length];
      for (int i = 0; i < sample.length; i++) {
        some[i] = all[sample[i]];
        theirs[i] = did[sample[i]];
      }
      probabilities.add(some);
      labels.add(theirs);
    }
    int[] sampled = Arrays.stream(sample).map(i -> users[i]).toArray();
    return new CountFit(tables, sampled, inputs()).fit(probabilities, labels);
  }

  /** Returns the inputs of the sampled impressions. Computes the inputs of one request together. */
  private float[] inputs() {
    int[] items = predictions.items();
    int width = tables.features().width();
    CountInputs inputs = new CountInputs(tables);
    float[] all = new float[sample.length * width];
    int to = 0;
    for (Predictions.Request request : predictions.requests()) {
      int from = to;
      while (to < sample.length && sample[to] < request.to()) {
        to++;
      }
      if (to > from) {
        CountQuery query = tables.query(log, request.user(), request.history(), request.surface());
        int[] shown = Arrays.stream(sample, from, to).map(i -> items[i]).toArray();
        float[] own = new float[shown.length * width];
        inputs.fill(query, shown, own);
        System.arraycopy(own, 0, all, from * width, own.length);
      }
    }
    return all;
  }
}
