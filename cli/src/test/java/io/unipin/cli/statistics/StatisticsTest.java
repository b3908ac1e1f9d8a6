package io.unipin.cli.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.settings.SettingException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.TTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StatisticsTest {
  private final SplittableRandom random = new SplittableRandom(11);

  private double[] normals(int count, double mean, double deviation) {
    double[] values = new double[count];
    Arrays.setAll(values, i -> mean + deviation * random.nextGaussian());
    return values;
  }

  @Test
  void moments_ofNumbersFarFromZero_areExact() {
    Moments moments = Moments.of(new double[] {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16});
    assertThat(moments.mean()).isEqualTo(1e9 + 10);
    assertThat(moments.variance()).isCloseTo(30, within(1e-6));
    assertThat(moments.meanVariance()).isCloseTo(7.5, within(1e-6));
  }

  @Test
  void difference_equalsWelchOfCommonsStatistics() {
    double[] control = normals(40, 5, 1);
    double[] treatment = normals(25, 5.6, 3);
    TTest.Result expected =
        TTest.withDefaults().with(DataDispersion.HETEROSCEDASTIC).test(treatment, control);
    Difference difference = Difference.of(Moments.of(control), Moments.of(treatment));
    assertThat(difference.pValue()).isCloseTo(expected.getPValue(), within(1e-12));
    assertThat(difference.degrees()).isCloseTo(expected.getDegreesOfFreedom(), within(1e-9));
    // The interval and the test must agree: if the confidence is 1 minus the p-value, one end of
    // the interval is 0.
    Interval interval = difference.interval(difference.pValue());
    double nearest = Math.min(Math.abs(interval.low()), Math.abs(interval.high()));
    assertThat(nearest).isCloseTo(0, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"0.0,0.01,0.1", "0.3,0.01,0.1", "-0.2,0.5,0.05", "1.0,0.2,2.0"})
  void evidence_isTheMixtureOverAllEffectsOfTheLikelihoodRatio(
      double effect, double variance, double tau) {
    double step = tau / 2000;
    double sum = 0;
    for (double truth = -12 * tau; truth <= 12 * tau; truth += step) {
      double ratio = Math.exp((2 * effect * truth - truth * truth) / (2 * variance));
      double prior = Math.exp(-truth * truth / (2 * tau * tau)) / (tau * Math.sqrt(2 * Math.PI));
      sum += ratio * prior * step;
    }
    double evidence = new MixtureTest(tau).evidence(effect, variance);
    assertThat(evidence).isCloseTo(sum, within(1e-5 * sum));
  }

  @Test
  void interval_holdsWhatTheTestDoesNotReject() {
    MixtureTest test = new MixtureTest(0.2);
    Interval interval = test.interval(0.5, 0.03, 0.05);
    assertThat(test.pValue(0.5 - interval.low(), 0.03)).isCloseTo(0.05, within(1e-12));
    assertThat(test.pValue(0.5 - interval.high(), 0.03)).isCloseTo(0.05, within(1e-12));
    Interval once = new Difference(0.5, 0.03, 1e9).interval(0.05);
    assertThat(interval.high() - interval.low()).isGreaterThan(once.high() - once.low());
  }

  @Test
  void evidence_beyondTheRangeOfDoubles_stillRejects() {
    assertThat(new MixtureTest(1).pValue(100, 1e-4)).isZero();
    assertThat(new MixtureTest(1).pValue(0, 1e-4)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "NaN", "Infinity"})
  void tau_thatIsNoDeviation_isRefused(double tau) {
    assertThatThrownBy(() -> new MixtureTest(tau))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("a number above 0 expected");
  }

  @Test
  void linearised_hasTheRatioAsMeanAndTheDeltaMethodsVariance() {
    double[] clicks = {3, 0, 5, 1, 2};
    double[] shown = {10, 4, 12, 9, 5};
    Moments moments = Moments.of(Linearised.of(clicks, shown));
    double ratio = 11.0 / 40;
    assertThat(moments.mean()).isCloseTo(ratio, within(1e-12));
    // The expected value was computed by hand, with var(y) = 3.7, var(z) = 11.5 and cov(y, z) =
    // 5.25.
    double expected = (3.7 - 2 * ratio * 5.25 + ratio * ratio * 11.5) / (5 * 8 * 8);
    assertThat(moments.meanVariance()).isCloseTo(expected, within(1e-12));
    assertThatThrownBy(() -> Linearised.of(new double[2], new double[2]))
        .hasMessageContaining("denominator");
  }

  @Test
  void cuped_keepsTheMeanOverAllArmsAndTakesOutWhatThePastExplains() {
    double[] past = normals(1000, 10, 2);
    double[] same = new double[1000];
    Arrays.setAll(same, i -> 3 * past[i] + 1);
    Cuped.Arm arm = new Cuped.Arm(same, past);
    Cuped cuped = Cuped.fit(List.of(arm));
    assertThat(cuped.theta()).isCloseTo(3, within(1e-9));
    assertThat(cuped.correlation()).isCloseTo(1, within(1e-9));
    Moments adjusted = Moments.of(cuped.adjust(arm));
    assertThat(adjusted.mean()).isCloseTo(Moments.of(same).mean(), within(1e-9));
    assertThat(adjusted.variance()).isCloseTo(0, within(1e-12));
  }

  @Test
  void cuped_isNotMisledByADifferenceBetweenArms() {
    double[] past = normals(2000, 0, 1);
    double[] control = normals(2000, 0, 1);
    double[] treatment = normals(2000, 5, 1);
    Cuped cuped =
        Cuped.fit(
            List.of(new Cuped.Arm(control, past), new Cuped.Arm(treatment, normals(2000, 3, 1))));
    assertThat(cuped.theta()).isCloseTo(0, within(0.1));
  }

  @Test
  void cuped_withoutAPast_changesNothing() {
    double[] metric = normals(10, 1, 1);
    Cuped.Arm arm = new Cuped.Arm(metric, new double[10]);
    assertThat(Cuped.fit(List.of(arm)).adjust(arm)).containsExactly(metric);
  }

  @Test
  void sampleRatio_isPearsonsChiSquare() {
    Map<String, Double> halves = Map.of("a", 0.5, "b", 0.5);
    SampleRatio ratio = SampleRatio.of(Map.of("a", 5100L, "b", 4900L), halves);
    // The chi-square statistic is 4, and there is one degree of freedom.
    assertThat(ratio.pValue()).isCloseTo(0.0455, within(1e-4));
    assertThat(ratio.isBalanced()).isTrue();
    assertThat(SampleRatio.of(Map.of("a", 5200L, "b", 4800L), halves).isBalanced()).isFalse();
    assertThat(SampleRatio.of(Map.of("a", 100L), halves).isBalanced()).isFalse();
    assertThat(SampleRatio.of(Map.of("a", 100L, "c", 1L), Map.of("a", 1.0)).isBalanced()).isFalse();
    assertThat(SampleRatio.of(Map.of("a", 100L), Map.of("a", 1.0, "b", 0.0)).isBalanced()).isTrue();
  }
}
