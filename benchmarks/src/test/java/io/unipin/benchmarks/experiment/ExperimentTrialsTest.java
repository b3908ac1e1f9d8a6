package io.unipin.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.benchmarks.experiment.SequentialTrials.Alarms;
import io.unipin.benchmarks.experiment.SequentialTrials.Setting;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExperimentTrialsTest {
  @Test
  void arms_getTheirSharesOfAMillionUsers() {
    assertThat(AssignmentTrials.farthestArm(1_000_000, 50, 30, 15, 5)).isLessThan(4);
  }

  @Test
  void ramp_movesNobody() {
    assertThat(AssignmentTrials.moved(100_000, List.of(1.0, 3.0, 10.0, 50.0))).isZero();
  }

  @Test
  void sequentialTest_keepsItsWordOver100PeeksWhereTheNaiveOneDoesNot() {
    check(SequentialTrials::normal);
    check(SequentialTrials::skewed);
  }

  private static void check(ToDoubleFunction<SplittableRandom> user) {
    Alarms alarms = SequentialTrials.run(new Setting(10_000, 100, 20, 0, 0.1), user, 3);
    assertThat(alarms.sequential()).isBetween(0.001, 0.055);
    assertThat(alarms.naive()).isGreaterThan(0.25);
    assertThat(alarms.once()).isBetween(0.04, 0.06);
  }

  @Test
  void sequentialTest_findsAnEffect() {
    Alarms alarms =
        SequentialTrials.run(new Setting(200, 100, 50, 0.1, 0.1), SequentialTrials::normal, 3);
    assertThat(alarms.sequential()).isGreaterThan(0.95);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.7, 0.9})
  void cuped_leavesOneMinusRhoSquared(double correlation) {
    assertThat(VarianceTrials.cupedRatio(correlation, 500_000, 5)).isBetween(0.98, 1.02);
  }

  @Test
  void deltaMethod_coversTheTruthWherePoolingDoesNot() {
    VarianceTrials.Coverage coverage = VarianceTrials.ratioCoverage(1000, 500, 7);
    assertThat(coverage.delta()).isBetween(0.93, 0.97);
    assertThat(coverage.pooled()).isLessThan(0.8);
  }

  @Test
  void sampleRatio_refusesLostUsersAndHardlyAnythingElse() {
    assertThat(VarianceTrials.refused(1000, 50_000, 0, 9)).isLessThan(0.006);
    assertThat(VarianceTrials.refused(100, 50_000, 0.1, 9)).isEqualTo(1);
  }
}
