package io.unipin.cli.statistics;

import io.unipin.settings.SettingException;

/**
 * A sequential test of a difference that may be read at any time, as often as one likes.
 *
 * <p>The probability that it ever rejects a true null hypothesis is at most alpha.
 *
 * @param tau standard deviation of the expected effects, in the metric's unit, chosen before the
 *     data are seen. It decides how soon effects of a given size are found. It does not change the
 *     error rate
 */
public record MixtureTest(double tau) {
  /*
   * The mixture sequential probability ratio test (Robbins, 1970; Johari, Pekelis and Walsh, Always
   * Valid Inference, 2015). Let d be the difference so far, V its estimated variance, and N(0,
   * tau²) the distribution of the true effect. The likelihood ratio of the mixture to no effect is
   *   E = sqrt(V / (V + tau²)) * exp(tau² d² / (2 V (V + tau²))),
   * which is a martingale under no effect. By Ville's inequality it ever reaches 1 / alpha with
   * probability alpha at most. The interval consists of the effects that are not rejected. tau is
   * on the scale of the effect. On the scale of z there would be no martingale over time.
   */
  public MixtureTest {
    if (!(tau > 0) || Double.isInfinite(tau)) {
      throw new SettingException("tau", "a number above 0 expected, got " + tau);
    }
  }

  /**
   * Returns E, the likelihood of the data under the expected effects divided by the likelihood
   * under none.
   */
  public double evidence(double effect, double variance) {
    double mixed = variance + tau * tau;
    double exponent = tau * tau * effect * effect / (2 * variance * mixed);
    return Math.sqrt(variance / mixed) * Math.exp(exponent);
  }

  /**
   * Returns a p value that holds for any number of readings. Without an effect it ever falls below
   * alpha with probability alpha at most.
   */
  public double pValue(double effect, double variance) {
    return Math.min(1, 1 / evidence(effect, variance));
  }

  /**
   * Returns an interval that contains the true effect at all times together with probability 1 −
   * alpha.
   */
  public Interval interval(double effect, double variance, double alpha) {
    double mixed = variance + tau * tau;
    double square =
        2 * variance * mixed / (tau * tau) * (Math.log(mixed / variance) / 2 - Math.log(alpha));
    return Interval.around(effect, Math.sqrt(square));
  }
}
