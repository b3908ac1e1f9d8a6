package io.unipin.cli.statistics;

import io.unipin.settings.SettingException;

/**
 * A sequential test of a difference. Its result may be read at any time and as often as the reader
 * likes.
 *
 * <p>The probability that the test ever rejects a true null hypothesis is at most alpha.
 *
 * @param tau standard deviation of the expected effects, in the metric's unit, chosen before the
 *     data are seen. It decides how soon effects of a given size are found, but does not change the
 *     error rate.
 */
public record MixtureTest(double tau) {
  /*
   * The mixture sequential probability ratio test (Robbins, 1970; Johari, Pekelis and Walsh, Always
   * Valid Inference, 2015). Let d be the difference so far, V its estimated variance, and N(0,
   * tau²) the distribution of the true effect. The ratio of the likelihood under this mixture to
   * the likelihood under no effect is
   *   E = sqrt(V / (V + tau²)) * exp(tau² d² / (2 V (V + tau²))),
   * which is a martingale under no effect. By Ville's inequality the probability that E ever
   * reaches 1 / alpha is at most alpha. The confidence interval consists of the effects that the
   * test does not reject. tau is on the scale of the effect. With a tau on the scale of z, E would
   * not be a martingale over time.
   */
  public MixtureTest {
    if (!(tau > 0) || Double.isInfinite(tau)) {
      throw new SettingException("tau", "a number above 0 expected, got " + tau);
    }
  }

  /**
   * Returns E: the likelihood of the data under the expected effects, divided by the likelihood
   * under no effect.
   */
  public double evidence(double effect, double variance) {
    double mixed = variance + tau * tau;
    double exponent = tau * tau * effect * effect / (2 * variance * mixed);
    return Math.sqrt(variance / mixed) * Math.exp(exponent);
  }

  /**
   * Returns a p value that holds for any number of readings. If there is no effect, the probability
   * that it ever falls below alpha is at most alpha.
   */
  public double pValue(double effect, double variance) {
    return Math.min(1, 1 / evidence(effect, variance));
  }

  /**
   * Returns a confidence interval for any number of readings. The probability that the intervals of
   * all readings contain the true effect is at least 1 − alpha.
   */
  public Interval interval(double effect, double variance, double alpha) {
    double mixed = variance + tau * tau;
    double square =
        2 * variance * mixed / (tau * tau) * (Math.log(mixed / variance) / 2 - Math.log(alpha));
    return Interval.around(effect, Math.sqrt(square));
  }
}
