package io.unipin.evaluate.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ShrunkRatesTest {
  /**
   * In two rows, 8 of 10 and 2 of 10 impressions got the action. The rate of the whole table is .5,
   * and the sum of n (k/n - g)^2 is 1.8. So the correlation is (1.8 / .25 - 1) / (20 - 10 - 1) =
   * 6.2 / 9. The prior is 9 / 6.2 - 1, but at least half an impression.
   */
  @Test
  void effect_twoRows_isTheClosedForm() {
    ShrunkRates rates = new ShrunkRates(new int[] {10, 10}, new int[] {8, 2}, 1);
    double prior = 0.5;
    assertThat(9 / 6.2 - 1).isLessThan(prior);
    assertThat(rates.prior(0)).isEqualTo(prior);
    assertThat(rates.mean(0)).isCloseTo(10.5 / 21, within(1e-12));
    double rate = (8 + prior * 0.5) / (10 + prior);
    assertThat(rates.effect(0, 0)).isCloseTo(Math.log(rate / (1 - rate)), within(1e-9));
    assertThat(rates.effect(1, 0)).isCloseTo(-rates.effect(0, 0), within(1e-9));
  }

  @Test
  void prior_unequalRows_isTheClosedForm() {
    int[] shown = {10, 20, 30};
    int[] got = {8, 6, 16};
    double g = 30.0 / 60;
    double spread =
        10 * Math.pow(0.8 - g, 2) + 20 * Math.pow(0.3 - g, 2) + 30 * Math.pow(16 / 30.0 - g, 2);
    double room = 60 - (100 + 400 + 900) / 60.0 - 2;
    double correlation = (spread / (g * (1 - g)) - 2) / room;
    ShrunkRates rates = new ShrunkRates(shown, got, 1);
    assertThat(rates.prior(0)).isCloseTo(1 / correlation - 1, within(1e-9)).isGreaterThan(1);
  }

  @Test
  void effect_rowsThatDoNotDiffer_isNone() {
    ShrunkRates rates = new ShrunkRates(new int[] {10, 20, 30}, new int[] {3, 6, 9}, 1);
    for (int row = 0; row < 3; row++) {
      assertThat(rates.effect(row, 0)).isZero();
    }
    assertThat(rates.prior(0)).isInfinite();
  }

  @Test
  void effect_ofNothing_isNone() {
    ShrunkRates rates = new ShrunkRates(new int[] {10, 0, 10}, new int[] {9, 0, 1}, 1);
    assertThat(rates.effect(1, 0)).isZero();
    assertThat(rates.effect(CountedKey.NONE, 0)).isZero();
    ShrunkRates empty = new ShrunkRates(new int[2], new int[4], 2);
    assertThat(empty.effect(0, 1)).isZero();
    assertThat(empty.mean(0)).isEqualTo(0.5);
  }

  @Test
  void prior_ratesOfAKnownBeta_isItsStrength() {
    // A gamma variable of whole shape is a sum of exponentials. A beta variable is a ratio of
    // gammas.
    Random random = new Random(1);
    int rows = 3000;
    int[] shown = new int[rows];
    int[] got = new int[rows];
    for (int row = 0; row < rows; row++) {
      double a = gamma(random, 4);
      double p = a / (a + gamma(random, 12));
      shown[row] = 5 + random.nextInt(60);
      for (int i = 0; i < shown[row]; i++) {
        got[row] += random.nextDouble() < p ? 1 : 0;
      }
    }
    assertThat(new ShrunkRates(shown, got, 1).prior(0)).isCloseTo(16, within(1.5));
  }

  private static double gamma(Random random, int shape) {
    double sum = 0;
    for (int i = 0; i < shape; i++) {
      sum -= Math.log(1 - random.nextDouble());
    }
    return sum;
  }
}
