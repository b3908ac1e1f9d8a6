package io.unipin.evaluate.baseline;

/**
 * Rates of actions in the rows of a table of counts, shrunk towards the rate of the whole table.
 * Immutable.
 *
 * <p>A row with n impressions, k of which got the action, has the rate {@code (k + m g) / (n + m)},
 * where g is the rate of the whole table. This is the posterior mean under the prior Beta(m g, m (1
 * - g)). The prior comes from the table itself (empirical Bayes): {@code m = 1 / r - 1}, where r is
 * the correlation of two impressions of the same row, estimated by the method of moments (Kleinman,
 * "Proportions with extraneous variance", 1973).
 */
final class ShrunkRates {
  private static final double LEAST_PRIOR = 0.5;

  private final int[] shown;
  private final int[] got;
  private final int actions;
  private final double[] means;
  private final double[] priors;

  /**
   * Creates the rates of a table of counts. The arrays are not copied.
   *
   * @param shown (rows) number of impressions
   * @param got (rows, actions) number of these impressions that got each action
   */
  ShrunkRates(int[] shown, int[] got, int actions) {
    this.shown = shown;
    this.got = got;
    this.actions = actions;
    this.means = new double[actions];
    this.priors = new double[actions];
    long all = 0;
    for (int n : shown) {
      all += n;
    }
    for (int c = 0; c < actions; c++) {
      long hits = 0;
      for (int row = 0; row < shown.length; row++) {
        hits += got[row * actions + c];
      }
      means[c] = (hits + 0.5) / (all + 1);
      priors[c] = prior(c, all, (double) hits / Math.max(1, all));
    }
  }

  /**
   * Returns the strength m of the prior, in impressions. Let I be the number of rows that have
   * impressions, and N the number of all impressions. The expected sum of {@code n (k/n - g)^2}
   * over these rows is {@code g (1 - g) ((I - 1)(1 - r) + r (N - (sum of n^2) / N))}.
   */
  private double prior(int action, long all, double mean) {
    double spread = 0;
    double squares = 0;
    int rows = 0;
    for (int row = 0; row < shown.length; row++) {
      int n = shown[row];
      if (n > 0) {
        double off = (double) got[row * actions + action] / n - mean;
        spread += n * off * off;
        squares += (double) n * n;
        rows++;
      }
    }
    double variance = mean * (1 - mean);
    double room = all - squares / Math.max(1, all) - (rows - 1);
    if (variance == 0 || !(room > 0)) {
      return Double.POSITIVE_INFINITY; // the table can't tell rows from each other
    }
    double correlation = (spread / variance - (rows - 1)) / room;
    return correlation <= 0 ? Double.POSITIVE_INFINITY : Math.max(LEAST_PRIOR, 1 / correlation - 1);
  }

  /** Returns the rate of an action in the whole table, between 0 and 1 exclusively. */
  double mean(int action) {
    return means[action];
  }

  /**
   * Returns the strength m of the prior: a number of imagined impressions that have the rate of the
   * whole table. It is infinite if the rows do not differ by more than chance.
   */
  double prior(int action) {
    return priors[action];
  }

  /**
   * Returns the logit of a row's shrunk rate minus the logit of the whole table's rate. It is 0 for
   * {@link CountedKey#NONE}, for a row without impressions, and for all rows if they do not differ.
   */
  double effect(int row, int action) {
    double prior = priors[action];
    if (row == CountedKey.NONE || shown[row] == 0 || Double.isInfinite(prior)) {
      return 0;
    }
    double rate = (got[row * actions + action] + prior * means[action]) / (shown[row] + prior);
    return logit(rate) - logit(means[action]);
  }

  static double logit(double p) {
    return Math.log(p) - Math.log1p(-p);
  }
}
