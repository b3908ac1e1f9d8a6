package io.unipin.cli.statistics;

/**
 * Turns a ratio of two sums over users into one number per user.
 *
 * <p>The mean of these numbers is the ratio. Their variance, divided by the number of users, is the
 * variance of the ratio by the delta method. The delta method accounts for the dependence between
 * impressions of one user.
 */
public final class Linearised {
  /*
   * Source: Deng, Knoblich and Lu, Applying the Delta Method in Metric Analytics, KDD 2018. With R
   * = sum(y) / sum(z):
   *   var(R) = (var(y) − 2 R cov(y, z) + R² var(z)) / (n mean(z)²) = var(w) / n
   *   for w = R + (y − R z) / mean(z).
   */
  private Linearised() {}

  /**
   * Returns one number per user.
   *
   * @param numerators (n), for example each user's clicks
   * @param denominators (n), for example each user's impressions; their sum is not 0
   */
  public static double[] of(double[] numerators, double[] denominators) {
    double above = 0;
    double below = 0;
    for (int i = 0; i < numerators.length; i++) {
      above += numerators[i];
      below += denominators[i];
    }
    if (below == 0) {
      throw new IllegalArgumentException("a denominator other than 0 expected");
    }
    return around(numerators, denominators, above / below, below / denominators.length);
  }

  /** Returns one number per user, with a given ratio and a given mean denominator. */
  public static double[] around(
      double[] numerators, double[] denominators, double ratio, double meanDenominator) {
    double[] values = new double[numerators.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ratio + (numerators[i] - ratio * denominators[i]) / meanDenominator;
    }
    return values;
  }
}
