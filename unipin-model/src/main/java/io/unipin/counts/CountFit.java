package io.unipin.counts;

import io.unipin.evaluate.fit.EvenSample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fits the weights of counts to impressions that no table counts: one logistic regression for each
 * action, on the logit of the model's probability and the inputs.
 *
 * <p>A ridge pulls the slope towards 1 and all other weights towards 0, so that the counts change
 * nothing where the impressions tell nothing. Inputs have unit standard deviation in the
 * regression. The strength of the ridge is chosen by cross-validation over two halves of the users:
 * weights fitted to one half must give the other half the lowest log loss. If no strength gives a
 * lower log loss than the model alone, the counts do not change the probabilities of this action.
 */
public final class CountFit {
  private static final double[] RIDGES = {1, 30, 1000};

  /**
   * Least slope of the model's logit. It is above 0, so candidates with equal inputs keep the order
   * in which the model ranks them.
   */
  private static final double SMALLEST_SLOPE = 0.05;

  /** A fit needs at least this many impressions with an action, and as many without it. */
  private static final int LEAST = 20;

  /** Largest number of inputs of all impressions in a fit together. */
  private static final int MOST_INPUTS = 1 << 25;

  private static final int MOST_IMPRESSIONS = 200_000;

  private final CountTables tables;

  /** (impressions) a number of each impression's user. */
  private final int[] users;

  /** (impressions, width) the inputs of each impression. */
  private final float[] inputs;

  /**
   * Creates a fit.
   *
   * @param users (impressions) a number of each impression's user
   * @param inputs (impressions, width) inputs, row major, not copied
   */
  public CountFit(CountTables tables, int[] users, float[] inputs) {
    if (inputs.length != users.length * tables.features().width()) {
      throw new IllegalArgumentException(
          "inputs of %s impressions expected, got %s".formatted(users.length, inputs.length));
    }
    this.tables = tables;
    this.users = users;
    this.inputs = inputs;
  }

  /**
   * Returns the indices of the impressions that a fit reads, ascending. They are a sample if the
   * inputs of all impressions would take too much memory.
   */
  public static int[] sample(CountTables tables, int impressions) {
    int most = Math.min(MOST_IMPRESSIONS, MOST_INPUTS / tables.features().width());
    return EvenSample.of(impressions, most, 1);
  }

  /**
   * Returns the weights.
   *
   * @param probabilities one array (impressions) per action: the model's probabilities
   * @param labels one array (impressions) per action: whether the impression got the action
   */
  public CountWeights fit(List<float[]> probabilities, List<boolean[]> labels) {
    List<String> actions = tables.layout().actions();
    Map<String, CountWeights.Action> fitted = new LinkedHashMap<>();
    for (int c = 0; c < actions.size(); c++) {
      fitted.put(actions.get(c), fit(c, probabilities.get(c), labels.get(c)));
    }
    return new CountWeights(tables.features(), fitted);
  }

  private CountWeights.Action fit(int action, float[] probabilities, boolean[] labels) {
    int positives = 0;
    for (boolean label : labels) {
      positives += label ? 1 : 0;
    }
    if (positives < LEAST || labels.length - positives < LEAST) {
      return CountWeights.Action.NONE;
    }
    int[] places = tables.layout().inputsOf(action);
    double[] logits = new double[labels.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = CountWeights.logit(probabilities[i]);
    }
    CountSample sample = sample(places, logits, labels);
    double best = sample.unchanged();
    double chosen = 0;
    for (double ridge : RIDGES) {
      double loss = sample.crossed(users, ridge);
      if (loss < best) {
        best = loss;
        chosen = ridge;
      }
    }
    if (chosen == 0) {
      return CountWeights.Action.NONE;
    }
    double[] found = sample.bounded(chosen);
    if (sample.slope(found) < SMALLEST_SLOPE) {
      sample.fixSlope(SMALLEST_SLOPE);
      found = sample.bounded(chosen);
    }
    return action(places, sample, found);
  }

  /** Converts weights of the sample's scaled rows to weights of the unscaled inputs. */
  private CountWeights.Action action(int[] places, CountSample sample, double[] found) {
    Map<String, Float> weights = new LinkedHashMap<>();
    for (int n = 0; n < places.length; n++) {
      double weight = sample.weight(found, 2 + n);
      if (weight != 0) {
        weights.put(tables.features().names().get(places[n]), (float) weight);
      }
    }
    return new CountWeights.Action(
        (float) sample.slope(found), (float) sample.constant(found), weights);
  }

  /**
   * Returns examples whose rows hold 1, the logit and the inputs with the given indices, scaled.
   */
  private CountSample sample(int[] places, double[] logits, boolean[] labels) {
    int width = tables.features().width();
    double[][] rows = new double[labels.length][2 + places.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = 1;
      rows[i][1] = logits[i];
      for (int n = 0; n < places.length; n++) {
        rows[i][2 + n] = inputs[i * width + places[n]];
      }
    }
    return new CountSample(rows, logits, labels);
  }
}
