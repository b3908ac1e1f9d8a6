package io.unipin.counts;

import io.unipin.evaluate.fit.LogisticLoss;
import io.unipin.evaluate.fit.Newton;
import java.util.Arrays;

/**
 * Examples of a regression. A row has a 1 for the constant, then the model's logit, then inputs. The
 * logits are also offsets, so that weights of 0 change nothing. Not thread-safe.
 */
final class CountSample {
  /** Columns that vary less than this have no influence. */
  private static final double INERT = 1e-9;

  private final double[][] rows;
  private final double[] offsets;
  private final boolean[] labels;
  private final double[] mean;
  private final double[] deviation;

  /** Slope of the logits in the offsets. */
  private double slope = 1;

  /** Scales the rows in place: each column but the first gets mean 0 and standard deviation 1. */
  CountSample(double[][] rows, double[] offsets, boolean[] labels) {
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
   * Leaves out the columns whose weights are too large. If the constant is too large, leaves out
   * the column that adds most to it. Returns whether there is such a column.
   */
  private boolean leaveOutTooLarge(double[] found) {
    boolean any = false;
    int largest = 1;
    for (int k = 1; k < found.length; k++) {
      if (Math.abs(weight(found, k)) > CountWeights.MOST - 1) {
        leaveOut(k);
        any = true;
      }
      if (Math.abs(weight(found, k) * mean[k]) > Math.abs(weight(found, largest) * mean[largest])) {
        largest = k;
      }
    }
    if (!any && weight(found, largest) != 0 && Math.abs(constant(found)) > CountWeights.MOST) {
      leaveOut(largest);
      any = true;
    }
    return any;
  }

  private void leaveOut(int column) {
    for (double[] row : rows) {
      row[column] = 0;
    }
  }

  /** Returns the weight of an unscaled column. */
  double weight(double[] found, int column) {
    return found[column] / deviation[column];
  }

  /** Returns the slope of the logit. */
  double slope(double[] found) {
    return slope + weight(found, 1);
  }

  /** Returns the constant that belongs to the weights of unscaled columns. */
  double constant(double[] found) {
    double constant = found[0];
    for (int k = 1; k < found.length; k++) {
      constant -= weight(found, k) * mean[k];
    }
    return constant;
  }

  /** Returns the log loss with weights of 0. */
  double unchanged() {
    return new LogisticLoss(rows, labels, offsets).at(new double[mean.length]);
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
    CountSample[] halves = {half(users, 0), half(users, 1)};
    double loss = 0;
    for (int half = 0; half < 2; half++) {
      CountSample other = halves[1 - half];
      if (other.rows.length == 0 || halves[half].rows.length == 0) {
        return Double.POSITIVE_INFINITY;
      }
      double[] weights = fitted(other.rows, other.offsets, other.labels, ridge);
      CountSample judged = halves[half];
      loss += new LogisticLoss(judged.rows, judged.labels, judged.offsets).at(weights);
    }
    return loss;
  }

  private CountSample half(int[] users, int half) {
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
    return new CountSample(some, theirs, did, mean, deviation);
  }

  private CountSample(
      double[][] rows, double[] offsets, boolean[] labels, double[] mean, double[] deviation) {
    this.rows = rows;
    this.offsets = offsets;
    this.labels = labels;
    this.mean = mean;
    this.deviation = deviation;
  }
}
