package io.unipin.cli.statistics;

import io.unipin.settings.SettingException;

/**
 * The sequential test of a difference that may be read at any time, as often as one likes: the chance that it ever rejects
 * a true null hypothesis is at most alpha.
 *
 * @param tau standard deviation of the effects that are expected, in the metric's unit; chosen before the data are seen.
 *     It decides how soon effects of which size are found, never how often the test is wrong
 */
public record MixtureTest(double tau) {
  /*
   * The mixture sequential probability ratio test (Robbins, 1970; Johari, Pekelis and Walsh, Always Valid Inference, 2015).
   * With d the difference so far, V its estimated variance and N(0, tau²) over the true effect, the likelihood ratio of the
   * mixture to no effect is
   *   E = sqrt(V / (V + tau²)) * exp(tau² d² / (2 V (V + tau²))),
   * a martingale under no effect, which by Ville's inequality ever reaches 1 / alpha with probability alpha at most.
   * Solved for the effects that are not rejected it gives the interval. tau is on the scale of the effect: on that of z
   * there would be no martingale over time.
   */
  public MixtureTest {
    if (!(tau > 0) || Double.isInfinite(tau)) {
      throw new SettingException("tau", "a number above 0 expected, got " + tau);
    }
  }

  /** E: how much likelier the data are under the expected effects than under none. */
  public double evidence(double effect, double variance) {
    double mixed = variance + tau * tau;
    double exponent = tau * tau * effect * effect / (2 * variance * mixed);
    return Math.sqrt(variance / mixed) * Math.exp(exponent);
  }

  /** Below alpha at any time, and for however many readings, with probability alpha at most when there is no effect. */
  public double pValue(double effect, double variance) {
    return Math.min(1, 1 / evidence(effect, variance));
  }

  /** Holds the true effect at all times together with probability 1 − alpha. */
  public Interval interval(double effect, double variance, double alpha) {
    double mixed = variance + tau * tau;
    double square =
        2 * variance * mixed / (tau * tau) * (Math.log(mixed / variance) / 2 - Math.log(alpha));
    return Interval.around(effect, Math.sqrt(square));
  }
}
