package io.unipin.cli.statistics;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The difference of two independent means, judged once: Welch's t test. Read more than once, it cries wolf; see {@link
 * MixtureTest}.
 *
 * @param effect treatment minus control
 * @param variance of the effect
 * @param degrees of freedom
 */
public record Difference(double effect, double variance, double degrees) {
  /** Needs two numbers on each side. */
  public static Difference of(Moments control, Moments treatment) {
    double one = control.meanVariance();
    double other = treatment.meanVariance();
    double variance = one + other;
    // Welch and Satterthwaite
    double degrees =
        variance
            * variance
            / (one * one / (control.count() - 1) + other * other / (treatment.count() - 1));
    return new Difference(treatment.mean() - control.mean(), variance, degrees);
  }

  /** Whether the numbers vary at all; without, nothing can be said. */
  public boolean isDefined() {
    return variance > 0 && Double.isFinite(degrees);
  }

  /** Two-sided, of no effect. */
  public double pValue() {
    double t = Math.abs(effect) / Math.sqrt(variance);
    return 2 * TDistribution.of(degrees).survivalProbability(t);
  }

  /** Holds the true effect with probability 1 − alpha. */
  public Interval interval(double alpha) {
    double t = TDistribution.of(degrees).inverseSurvivalProbability(alpha / 2);
    return Interval.around(effect, t * Math.sqrt(variance));
  }
}
