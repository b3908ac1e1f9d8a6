package io.unipin.cli.statistics;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The difference of two independent means, with Welch's t test. The test is valid for a single
 * reading.
 *
 * <p>If the test is read several times, it has more false alarms. {@link MixtureTest} allows
 * several readings.
 *
 * @param effect treatment minus control
 * @param variance variance of the effect
 * @param degrees degrees of freedom
 */
public record Difference(double effect, double variance, double degrees) {
  /** Returns the difference of two means. Each side needs at least two numbers. */
  public static Difference of(Moments control, Moments treatment) {
    double one = control.meanVariance();
    double other = treatment.meanVariance();
    double variance = one + other;
    // The degrees of freedom follow Welch and Satterthwaite.
    double degrees =
        variance
            * variance
            / (one * one / (control.count() - 1) + other * other / (treatment.count() - 1));
    return new Difference(treatment.mean() - control.mean(), variance, degrees);
  }

  /** Returns whether the numbers vary. If all numbers are equal, no test is possible. */
  public boolean isDefined() {
    return variance > 0 && Double.isFinite(degrees);
  }

  /** Returns the two-sided p value for the hypothesis of no effect. */
  public double pValue() {
    double t = Math.abs(effect) / Math.sqrt(variance);
    return 2 * TDistribution.of(degrees).survivalProbability(t);
  }

  /**
   * Returns the confidence interval of the effect. The interval contains the true effect with
   * probability 1 − alpha.
   */
  public Interval interval(double alpha) {
    double t = TDistribution.of(degrees).inverseSurvivalProbability(alpha / 2);
    return Interval.around(effect, t * Math.sqrt(variance));
  }
}
