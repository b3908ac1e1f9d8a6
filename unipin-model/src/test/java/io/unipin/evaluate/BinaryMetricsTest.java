package io.unipin.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class BinaryMetricsTest {
  @Test
  void auc_byHand_countsPairs() {
    float[] scores = {0.1f, 0.4f, 0.35f, 0.8f};
    assertThat(BinaryMetrics.auc(scores, labels(0, 0, 1, 1))).isEqualTo(0.75);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 50})
  void auc_anyTies_equalsAllPairs(int levels) {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      int n = 2 + random.nextInt(80);
      float[] scores = new float[n];
      boolean[] labels = new boolean[n];
      for (int i = 0; i < n; i++) {
        scores[i] = random.nextInt(levels) / 7f - 1;
        labels[i] = i == 0 || (i > 1 && random.nextBoolean());
      }
      assertThat(BinaryMetrics.auc(scores, labels))
          .as("seed %d", seed)
          .isCloseTo(allPairs(scores, labels), within(1e-12));
    }
  }

  @Test
  void auc_negativeZero_tiesWithZero() {
    assertThat(BinaryMetrics.auc(new float[] {-0f, 0f}, labels(0, 1))).isEqualTo(0.5);
  }

  @Test
  void auc_oneClass_isNotDefined() {
    assertThat(BinaryMetrics.auc(new float[] {1, 2}, labels(1, 1))).isNaN();
    assertThat(BinaryMetrics.auc(new float[0], labels())).isNaN();
  }

  @Test
  void auc_notANumber_isRefused() {
    assertThatThrownBy(() -> BinaryMetrics.auc(new float[] {1, Float.NaN}, labels(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("numbers expected, got NaN at 1");
  }

  @Test
  void groupedAuc_weighsUsersByImpressions() {
    float[] scores = {2, 1, 1, 2, 3, 5};
    boolean[] labels = labels(1, 0, 1, 0, 0, 1);
    int[] users = {7, 7, 8, 8, 8, 9};
    // The scores put the only pair of user 7 in the right order, and both pairs of user 8 in the
    // wrong order. User 9 has no pair, because the only label is positive.
    assertThat(BinaryMetrics.groupedAuc(scores, labels, users)).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void logLoss_byHand() {
    float[] p = {0.25f, 0.5f};
    assertThat(BinaryMetrics.logLoss(p, labels(1, 0)))
        .isCloseTo((Math.log(4) + Math.log(2)) / 2, within(1e-9));
    assertThat(BinaryMetrics.logLoss(new float[] {0}, labels(1)))
        .isCloseTo(Math.log(1e7), within(1e-6));
  }

  @Test
  void normalisedEntropy_baseRate_isOne() {
    float[] p = {0.25f, 0.25f, 0.25f, 0.25f};
    assertThat(BinaryMetrics.normalisedEntropy(p, labels(1, 0, 0, 0))).isCloseTo(1, within(1e-9));
    assertThat(BinaryMetrics.normalisedEntropy(p, labels(0, 0, 0, 0))).isNaN();
  }

  @Test
  void calibrationError_byHand() {
    // Each of the 15 bins gets two of the 30 impressions. The half with the higher probabilities is
    // positive.
    float[] p = new float[30];
    boolean[] labels = new boolean[30];
    double expected = 0;
    for (int i = 0; i < 30; i++) {
      p[i] = (i + 0.5f) / 30;
      labels[i] = i >= 15;
    }
    for (int bin = 0; bin < 15; bin++) {
      double meanP = (p[2 * bin] + p[2 * bin + 1]) / 2;
      double share = ((labels[2 * bin] ? 1 : 0) + (labels[2 * bin + 1] ? 1 : 0)) / 2.0;
      expected += Math.abs(meanP - share) / 15;
    }
    assertThat(BinaryMetrics.calibrationError(p, labels)).isCloseTo(expected, within(1e-7));
  }

  /** A prediction that is right on average is calibrated, whichever user comes first. */
  @Test
  void calibrationError_equalProbabilities_doesNotDependOnTheOrder() {
    int n = 1000;
    float[] p = new float[n];
    Arrays.fill(p, 0.125f);
    boolean[] first = new boolean[n];
    boolean[] spread = new boolean[n];
    for (int i = 0; i < n; i++) {
      first[i] = i < n / 8;
      spread[i] = i % 8 == 0;
    }
    assertThat(BinaryMetrics.calibrationError(p, first)).isCloseTo(0, within(1e-12));
    assertThat(BinaryMetrics.calibrationError(p, spread)).isCloseTo(0, within(1e-12));
  }

  @Test
  void calibrationError_fewerThanBins_isTheMeanError() {
    float[] p = {0.9f, 0.2f};
    assertThat(BinaryMetrics.calibrationError(p, labels(1, 0))).isCloseTo(0.15, within(1e-7));
  }

  private static double allPairs(float[] scores, boolean[] labels) {
    double wins = 0;
    int pairs = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < scores.length; j++) {
        if (labels[i] && !labels[j]) {
          pairs++;
          wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    return wins / pairs;
  }

  static boolean[] labels(int... bits) {
    boolean[] labels = new boolean[bits.length];
    for (int i = 0; i < bits.length; i++) {
      labels[i] = bits[i] != 0;
    }
    return labels;
  }
}
