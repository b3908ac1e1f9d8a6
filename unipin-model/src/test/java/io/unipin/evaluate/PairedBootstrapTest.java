package io.unipin.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
  private static final int USERS = 400;
  private static final int EACH = 5;

  /**
   * Labels of impressions, and two kinds of scores that predict the labels with noise. The second
   * kind has more noise.
   */
  private static final class Sample {
    final float[] sharp = new float[USERS * EACH];
    final float[] dull = new float[USERS * EACH];
    final boolean[] labels = new boolean[USERS * EACH];
    final int[] users = new int[USERS * EACH];

    Sample(long seed, double noise, double moreNoise) {
      Random random = new Random(seed);
      for (int i = 0; i < labels.length; i++) {
        users[i] = 10 + i / EACH;
        labels[i] = random.nextInt(3) == 0;
        double truth = labels[i] ? 1 : 0;
        sharp[i] = (float) (truth + noise * random.nextGaussian());
        dull[i] = (float) (truth + moreNoise * random.nextGaussian());
      }
    }
  }

  @Test
  void auc_sharperScores_areBetterForSure() {
    Sample sample = new Sample(1, 1, 3);
    PairedBootstrap.Difference gain =
        PairedBootstrap.auc(sample.sharp, sample.dull, sample.labels, sample.users);
    double expected =
        BinaryMetrics.auc(sample.sharp, sample.labels)
            - BinaryMetrics.auc(sample.dull, sample.labels);
    assertThat(gain.difference()).isCloseTo(expected, within(1e-12)).isPositive();
    assertThat(gain.lower()).isPositive().isLessThan(gain.difference());
    assertThat(gain.upper()).isGreaterThan(gain.difference());
  }

  @Test
  void gauc_sharperScores_areBetterForSure() {
    Sample sample = new Sample(1, 1, 3);
    PairedBootstrap.Difference gain =
        PairedBootstrap.gauc(sample.sharp, sample.dull, sample.labels, sample.users);
    double expected =
        BinaryMetrics.groupedAuc(sample.sharp, sample.labels, sample.users)
            - BinaryMetrics.groupedAuc(sample.dull, sample.labels, sample.users);
    assertThat(gain.difference()).isCloseTo(expected, within(1e-12)).isPositive();
    assertThat(gain.lower()).isPositive().isLessThan(gain.difference());
    assertThat(gain.upper()).isGreaterThan(gain.difference());
    assertThat(PairedBootstrap.gauc(sample.dull, sample.dull, sample.labels, sample.users))
        .isEqualTo(new PairedBootstrap.Difference(0, 0, 0));
  }

  /**
   * One user has four impressions, and the other user has two. So their differences weigh 4 and 2.
   */
  @Test
  void gauc_twoUsers_isTheMeanByImpressions() {
    int[] users = {1, 1, 1, 1, 2, 2, 3};
    boolean[] labels = {true, false, false, false, true, false, true};
    float[] right = {4, 3, 2, 1, 2, 1, 1};
    float[] wrong = {1, 2, 3, 4, 2, 1, 1};
    PairedBootstrap.Difference gain = PairedBootstrap.gauc(right, wrong, labels, users);
    assertThat(gain.difference()).isCloseTo(4.0 / 6, within(1e-12));
    assertThat(gain.lower()).isZero();
    assertThat(gain.upper()).isEqualTo(1);
  }

  @Test
  void gauc_noUserWithBothClasses_isNotDefined() {
    float[] scores = {1, 2};
    PairedBootstrap.Difference gain =
        PairedBootstrap.gauc(scores, scores, new boolean[] {true, false}, new int[] {1, 2});
    assertThat(gain.difference()).isNaN();
    assertThat(gain.lower()).isNaN();
  }

  @Test
  void auc_sameScores_differByNothing() {
    Sample sample = new Sample(2, 1, 1);
    assertThat(PairedBootstrap.auc(sample.sharp, sample.sharp, sample.labels, sample.users))
        .isEqualTo(new PairedBootstrap.Difference(0, 0, 0));
  }

  @Test
  void auc_equallyNoisyScores_coverNoDifferenceAsOftenAsPromised() {
    int covered = 0;
    int trials = 60;
    for (int trial = 0; trial < trials; trial++) {
      Sample sample = new Sample(100 + trial, 2, 2);
      PairedBootstrap.Difference gain =
          PairedBootstrap.auc(sample.sharp, sample.dull, sample.labels, sample.users);
      covered += gain.lower() <= 0 && gain.upper() >= 0 ? 1 : 0;
    }
    assertThat(covered).isBetween(51, 60);
  }

  @Test
  void auc_tiedScores_countOneHalf() {
    boolean[] labels = {true, false, true, false, true, false};
    int[] users = {1, 1, 2, 2, 3, 3};
    float[] perfect = {2, 1, 2, 1, 2, 1};
    PairedBootstrap.Difference gain = PairedBootstrap.auc(perfect, new float[6], labels, users);
    assertThat(gain).isEqualTo(new PairedBootstrap.Difference(0.5, 0.5, 0.5));
  }

  @Test
  void auc_oneClassOnly_isNotDefined() {
    PairedBootstrap.Difference gain =
        PairedBootstrap.auc(new float[] {1, 2}, new float[] {2, 1}, new boolean[2], new int[2]);
    assertThat(gain.difference()).isNaN();
  }

  @Test
  void mean_standardError_isThatOfTheTheory() {
    Random random = new Random(4);
    double[] a = random.doubles(2000).toArray();
    double[] b = random.doubles(2000).toArray();
    PairedBootstrap.Difference gain = PairedBootstrap.mean(a, b);
    assertThat(gain.difference())
        .isCloseTo(
            Arrays.stream(a).average().orElseThrow() - Arrays.stream(b).average().orElseThrow(),
            within(1e-12));
    double standardError = Math.sqrt(2 / 12.0 / 2000);
    assertThat(gain.upper() - gain.lower())
        .isCloseTo(2 * 1.96 * standardError, within(0.15 * 2 * 1.96 * standardError));
  }
}
