package io.unipin.evaluate.baseline;

import io.unipin.evaluate.fit.EvenSample;
import io.unipin.evaluate.fit.LogisticLoss;
import io.unipin.evaluate.fit.Newton;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A baseline that counts. For each action, the logit of its probability is a weighted sum of a few
 * rates: how often impressions of the same item, surface, category or user got the action. If the
 * log has actions from before its first feedview, the sum has two further rates: those of the item
 * and of the user in these actions ({@link CountedKey}).
 *
 * <p>Every rate is shrunk towards the rate of the whole table. The sum uses the logit of the shrunk
 * rate minus the logit of the table's rate ({@link ShrunkRates}). The weights are those of a
 * logistic regression on the impressions of the validation part, one regression per action. All
 * counts end where the training part of the log ends. Labels of the validation part therefore
 * influence only the weights, and labels of the test part influence nothing. The baseline knows
 * neither combinations of user and item nor the order of actions. Immutable.
 */
public final class CountsBaseline {
  private static final double RIDGE = 1;
  private static final double INERT = 1e-9;

  /** Largest number of validation impressions in a fit. If there are more, a sample is used. */
  private static final int MOST_FITTED = 200_000;

  private final Slates slates;
  private final int actions;
  private final List<CountedKey> keys;
  private final List<ShrunkRates> rates;

  /** For each action the constant, followed by a weight for each key. */
  private final double[][] weights;

  private CountsBaseline(
      Slates slates, List<CountedKey> keys, List<ShrunkRates> rates, double[][] weights) {
    this.slates = slates;
    this.actions = weights.length;
    this.keys = keys;
    this.rates = rates;
    this.weights = weights;
  }

  /** Counts a log's training part and fits the weights to its validation part. */
  public static CountsBaseline of(FeedLog log, Holdout holdout) {
    Slates slates = new Slates(log, holdout);
    int actions = log.schema().actions().size();
    List<CountedKey> keys = CountedKey.of(log);
    TrainingTables tables = new TrainingTables(log, holdout, slates);
    List<ShrunkRates> rates = keys.stream().map(tables::rates).toList();
    CountsBaseline baseline =
        new CountsBaseline(slates, keys, rates, new double[actions][1 + keys.size()]);
    baseline.fit(log);
    return baseline;
  }

  /**
   * Returns this baseline with the same weights, and with rates of everything in the log before an
   * instant.
   *
   * @throws IllegalArgumentException when the log has no times
   */
  public CountsBaseline recounted(FeedLog log, Instant until) {
    Holdout before = Holdout.timeSplit(log, until.toEpochMilli(), until.toEpochMilli());
    TrainingTables tables = new TrainingTables(log, before, new Slates(log, before));
    return new CountsBaseline(slates, keys, keys.stream().map(tables::rates).toList(), weights);
  }

  private void fit(FeedLog log) {
    List<Example> examples = examples(log);
    List<double[][]> inputs = new ArrayList<>();
    List<Integer> impressions = new ArrayList<>();
    for (int e : EvenSample.of(examples.size(), MOST_FITTED, 1)) {
      Example example = examples.get(e);
      int item = slates.items()[example.impression()];
      inputs.add(inputs(example.user(), example.slate().surface(), item));
      impressions.add(example.impression());
    }
    for (int c = 0; c < actions; c++) {
      int action = c;
      double[][] rows = inputs.stream().map(each -> each[action]).toArray(double[][]::new);
      boolean[] labels = new boolean[rows.length];
      int positives = 0;
      for (int i = 0; i < labels.length; i++) {
        labels[i] = (slates.bits()[impressions.get(i)] >>> c & 1) != 0;
        positives += labels[i] ? 1 : 0;
      }
      boolean bothClasses = positives > 0 && positives < labels.length;
      weights[c] = bothClasses ? fitted(rows, labels) : unfitted(c);
    }
  }

  /** An impression of the validation part. */
  private record Example(int user, Slate slate, int impression) {}

  private List<Example> examples(FeedLog log) {
    List<Example> examples = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (Slate slate : slates.of(user)) {
        for (int i = slate.from(); slate.part() == Part.VALIDATION && i < slate.to(); i++) {
          if (!slates.withheld().contains(slates.items()[i])) {
            examples.add(new Example(user, slate, i));
          }
        }
      }
    }
    return examples;
  }

  /** Returns the inputs (actions, keys) of one impression. */
  private double[][] inputs(int user, int surface, int item) {
    double[][] inputs = new double[actions][keys.size()];
    for (int k = 0; k < inputs[0].length; k++) {
      int row = keys.get(k).row(user, surface, item);
      for (int c = 0; c < actions; c++) {
        inputs[c][k] = rates.get(k).effect(row, c);
      }
    }
    return inputs;
  }

  /**
   * Returns the constant and the weights. Inputs have unit standard deviation in the regression, so
   * that the ridge has the same effect on all weights. An input that does not vary has weight 0.
   */
  private static double[] fitted(double[][] rows, boolean[] labels) {
    int size = rows[0].length;
    double[] mean = new double[size];
    double[] deviation = new double[size];
    for (int k = 0; k < size; k++) {
      int key = k;
      mean[k] = Arrays.stream(rows).mapToDouble(row -> row[key]).average().orElse(0);
      double centre = mean[k];
      double variance =
          Arrays.stream(rows)
              .mapToDouble(row -> (row[key] - centre) * (row[key] - centre))
              .average()
              .orElse(0);
      deviation[k] = Math.sqrt(variance);
    }
    double[][] scaled = new double[rows.length][1 + size];
    for (int i = 0; i < rows.length; i++) {
      scaled[i][0] = 1;
      for (int k = 0; k < size; k++) {
        scaled[i][1 + k] = deviation[k] < INERT ? 0 : (rows[i][k] - mean[k]) / deviation[k];
      }
    }
    double[] ridge = new double[1 + size];
    Arrays.fill(ridge, RIDGE);
    ridge[0] = INERT;
    double[] found = Newton.minimise(new LogisticLoss(scaled, labels), ridge);
    double[] weights = new double[1 + size];
    weights[0] = found[0];
    for (int k = 0; k < size; k++) {
      weights[1 + k] = deviation[k] < INERT ? 0 : found[1 + k] / deviation[k];
      weights[0] -= weights[1 + k] * mean[k];
    }
    return weights;
  }

  /** Returns weights of 1, for an action whose weights cannot be fitted to the validation part. */
  private double[] unfitted(int action) {
    double[] ones = new double[1 + keys.size()];
    Arrays.fill(ones, 1);
    ones[0] = ShrunkRates.logit(rates.get(0).mean(action));
    return ones;
  }

  /**
   * Returns the probability of each action for each impression of a slate: (impressions, actions).
   */
  public float[] probabilities(int user, Slate slate) {
    int[] items = Arrays.copyOfRange(slates.items(), slate.from(), slate.to());
    return probabilities(user, slate.surface(), items);
  }

  /**
   * Returns the probability of each action for each item: (items, actions).
   *
   * @param surface index of the surface on which the items would be shown
   * @param items catalogue rows
   */
  public float[] probabilities(int user, int surface, int[] items) {
    float[] probabilities = new float[items.length * actions];
    for (int i = 0; i < items.length; i++) {
      double[][] inputs = inputs(user, surface, items[i]);
      for (int c = 0; c < actions; c++) {
        double logit = weights[c][0];
        for (int k = 0; k < inputs[c].length; k++) {
          logit += weights[c][1 + k] * inputs[c][k];
        }
        probabilities[i * actions + c] = (float) (1 / (1 + Math.exp(-logit)));
      }
    }
    return probabilities;
  }

  /** Returns the weights of an action, by the name of the key. */
  public Map<String, Double> weights(int action) {
    Map<String, Double> named = new LinkedHashMap<>();
    for (int k = 0; k < keys.size(); k++) {
      named.put(keys.get(k).name(), weights[action][1 + k]);
    }
    return named;
  }
}
