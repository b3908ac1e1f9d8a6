package io.unipin.evaluate;

import static io.unipin.evaluate.BinaryMetricsTest.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlattScalingTest {
  @ParameterizedTest
  @CsvSource({"1, 0", "0.4, -1.5", "2.5, 1", "0.8, -4"})
  void fit_sampleOfKnownScaling_findsIt(double a, double b) {
    Random random = new Random(5);
    int n = 200_000;
    float[] probabilities = new float[n];
    boolean[] labels = new boolean[n];
    for (int i = 0; i < n; i++) {
      double logit = 1.5 * random.nextGaussian();
      probabilities[i] = (float) (1 / (1 + Math.exp(-logit)));
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-(a * logit + b)));
    }
    float[] fitted = PlattScaling.fit(probabilities, labels);
    assertThat((double) fitted[0]).isCloseTo(a, within(0.05));
    assertThat((double) fitted[1]).isCloseTo(b, within(0.05));
  }

  @Test
  void fit_oneClass_changesNothing() {
    assertThat(PlattScaling.fit(new float[] {0.2f, 0.3f}, labels(0, 0))).containsExactly(1, 0);
    assertThat(PlattScaling.fit(new float[] {0.2f, 0.3f}, labels(1, 1))).containsExactly(1, 0);
    assertThat(PlattScaling.fit(new float[0], labels())).containsExactly(1, 0);
  }

  @Test
  void fit_wrongOrder_keepsTheSlopePositive() {
    float[] fitted = PlattScaling.fit(new float[] {0.9f, 0.8f, 0.2f, 0.1f}, labels(0, 0, 1, 1));
    assertThat(fitted[0]).isEqualTo(0.05f);
    assertThat(fitted[1]).isCloseTo(0, within(1e-3f));
  }

  @Test
  void fit_separableSample_staysFinite() {
    float[] fitted = PlattScaling.fit(new float[] {0, 0.1f, 0.9f, 1}, labels(0, 0, 1, 1));
    assertThat(fitted[0]).isPositive().isFinite();
    assertThat(fitted[1]).isFinite();
  }

  @Test
  void fit_equalProbabilities_fitTheShift() {
    float[] fitted = PlattScaling.fit(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, labels(1, 0, 0, 0));
    // The smoothed target of the positive label is 2/3, and that of the three other labels is 1/5.
    double rate = (2 / 3.0 + 3 / 5.0) / 4;
    assertThat((double) fitted[1]).isCloseTo(Math.log(rate / (1 - rate)), within(1e-4));
  }

  @Test
  void fit_noProbability_isRefused() {
    assertThatThrownBy(() -> PlattScaling.fit(new float[] {0.5f, Float.NaN}, labels(1, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a probability expected, got NaN");
  }
}
