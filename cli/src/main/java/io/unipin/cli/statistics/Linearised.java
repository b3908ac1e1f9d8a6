package io.unipin.cli.statistics;

/**
 * A ratio of two sums over users, as one number per user: their mean is the ratio, and their variance over their count is that
 * of the ratio by the delta method, which knows that a user's impressions belong together.
 */
public final class Linearised {
  /*
   * Deng, Knoblich and Lu, Applying the Delta Method in Metric Analytics, KDD 2018: with R = sum(y) / sum(z),
   *   var(R) = (var(y) − 2 R cov(y, z) + R² var(z)) / (n mean(z)²) = var(w) / n  for  w = R + (y − R z) / mean(z).
   */
  private Linearised() {}

  /**
   * One number per user.
   *
   * @param numerators (n), for example a user's clicks
   * @param denominators (n), for example the user's impressions; their sum is not 0
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

  /** The same around a ratio and a mean denominator that are given. */
  public static double[] around(
      double[] numerators, double[] denominators, double ratio, double meanDenominator) {
    double[] values = new double[numerators.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ratio + (numerators[i] - ratio * denominators[i]) / meanDenominator;
    }
    return values;
  }
}
