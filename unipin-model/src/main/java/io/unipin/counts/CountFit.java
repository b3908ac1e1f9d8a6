package io.unipin.counts;

import io.unipin.evaluate.fit.LogisticLoss;
import io.unipin.evaluate.fit.Newton;
import java.util.Arrays;
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
  private static final double INERT = 1e-9;

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
   * Returns the step n of a fit's sample. A fit reads only every n-th impression, so that the
   * inputs fit into a bounded memory.
   */
  public static int step(CountTables tables, int impressions) {
    int most = Math.min(MOST_IMPRESSIONS, MOST_INPUTS / tables.features().width());
    return Math.max(1, (impressions + most - 1) / most);
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
    Sample sample = sample(places, logits, labels);
    double best = new LogisticLoss(sample.rows, labels, logits).at(new double[places.length + 2]);
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
    if (1 + found[1] / sample.deviation[1] < SMALLEST_SLOPE) {
      sample.fixSlope(SMALLEST_SLOPE);
      found = sample.bounded(chosen);
    }
    return action(places, sample, found);
  }

  /** Converts weights of the sample's scaled rows to weights of the unscaled inputs. */
  private CountWeights.Action action(int[] places, Sample sample, double[] found) {
    Map<String, Float> weights = new LinkedHashMap<>();
    double slope = sample.slope + found[1] / sample.deviation[1];
    double constant = found[0] - found[1] * sample.mean[1] / sample.deviation[1];
    for (int n = 0; n < places.length; n++) {
      double weight = found[2 + n] / sample.deviation[2 + n];
      constant -= weight * sample.mean[2 + n];
      if (weight != 0) {
        weights.put(tables.features().names().get(places[n]), (float) weight);
      }
    }
    return new CountWeights.Action((float) slope, (float) constant, weights);
  }

  /**
   * Returns examples whose rows hold 1, the logit and the inputs with the given indices, scaled.
   */
  private Sample sample(int[] places, double[] logits, boolean[] labels) {
    int width = tables.features().width();
    double[][] rows = new double[labels.length][2 + places.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = 1;
      rows[i][1] = logits[i];
      for (int n = 0; n < places.length; n++) {
        rows[i][2 + n] = inputs[i * width + places[n]];
      }
    }
    return new Sample(rows, logits, labels);
  }

  /** Examples of a regression. Their logits are offsets, so that weights of 0 change nothing. */
  private static final class Sample {
    private final double[][] rows;
    private final double[] offsets;
    private final boolean[] labels;
    private final double[] mean;
    private final double[] deviation;

    /** Slope of the logits in the offsets. */
    private double slope = 1;

    /** Scales the rows in place: each column but the first gets mean 0 and standard deviation 1. */
    Sample(double[][] rows, double[] offsets, boolean[] labels) {
      this.rows = rows;
      this.offsets = offsets;
      this.labels = labels;
      this.mean = new double[rows[0].length];
      this.deviation = new double[rows[0].length];
      for (int k = 1; k < mean.length; k++) {
        scale(k);
      }
    }

    private void scale(int k) {
      double sum = 0;
      for (double[] row : rows) {
        sum += row[k];
      }
      double centre = sum / rows.length;
      double squares = 0;
      for (double[] row : rows) {
        squares += (row[k] - centre) * (row[k] - centre);
      }
      double spread = Math.sqrt(squares / rows.length);
      mean[k] = centre;
      deviation[k] = spread < INERT ? 1 : spread;
      for (double[] row : rows) {
        row[k] = spread < INERT ? 0 : (row[k] - centre) / spread;
      }
    }

    /**
     * Returns the weights that are fitted to all examples. Leaves out inputs whose weights would be
     * too large for a file. Such an input hardly varies, so it tells as good as nothing.
     */
    double[] bounded(double ridge) {
      double[] found = fitted(ridge);
      while (leaveOutTooLarge(found)) {
        found = fitted(ridge);
      }
      return found;
    }

    /**
     * Leaves out the columns whose weights are too large, or add too much to the constant. Returns
     * whether there is such a column.
     */
    private boolean leaveOutTooLarge(double[] found) {
      boolean any = false;
      for (int k = 1; k < found.length; k++) {
        double weight = Math.abs(found[k] / deviation[k]);
        double constant = weight * Math.abs(mean[k]) * found.length;
        if (weight > CountWeights.MOST - 1 || constant > CountWeights.MOST / 2) {
          any = true;
          for (double[] row : rows) {
            row[k] = 0;
          }
        }
      }
      return any;
    }

    /** Gives the logits a slope that is not fitted. */
    void fixSlope(double fixed) {
      slope = fixed;
      for (int i = 0; i < rows.length; i++) {
        offsets[i] *= fixed;
        rows[i][1] = 0;
      }
    }

    /** Returns the weights that are fitted to all examples. */
    double[] fitted(double ridge) {
      return fitted(rows, offsets, labels, ridge);
    }

    private static double[] fitted(
        double[][] rows, double[] offsets, boolean[] labels, double ridge) {
      double[] ridges = new double[rows[0].length];
      Arrays.fill(ridges, ridge);
      ridges[0] = INERT;
      return Newton.minimise(new LogisticLoss(rows, labels, offsets), ridges);
    }

    /**
     * Returns the log loss over both halves of the users, each predicted by weights that were
     * fitted to the other half.
     */
    double crossed(int[] users, double ridge) {
      Sample[] halves = {half(users, 0), half(users, 1)};
      double loss = 0;
      for (int half = 0; half < 2; half++) {
        Sample other = halves[1 - half];
        if (other.rows.length == 0 || halves[half].rows.length == 0) {
          return Double.POSITIVE_INFINITY;
        }
        double[] weights = fitted(other.rows, other.offsets, other.labels, ridge);
        Sample judged = halves[half];
        loss += new LogisticLoss(judged.rows, judged.labels, judged.offsets).at(weights);
      }
      return loss;
    }

    private Sample half(int[] users, int half) {
      int size = 0;
      for (int user : users) {
        size += user % 2 == half ? 1 : 0;
      }
      double[][] some = new double[size][];
      double[] theirs = new double[size];
      boolean[] did = new boolean[size];
      int at = 0;
      for (int i = 0; i < users.length; i++) {
        if (users[i] % 2 == half) {
          some[at] = rows[i];
          theirs[at] = offsets[i];
          did[at++] = labels[i];
        }
      }
      return new Sample(some, theirs, did, mean, deviation);
    }

    private Sample(
        double[][] rows, double[] offsets, boolean[] labels, double[] mean, double[] deviation) {
      this.rows = rows;
      this.offsets = offsets;
      this.labels = labels;
      this.mean = mean;
      this.deviation = deviation;
    }
  }
}
