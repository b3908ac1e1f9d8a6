package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ValidationTest {
  @Test
  void metric_bothFigures_growsWithEither() {
    double metric = new Validation(0.1, 0.8).metric();
    assertThat(new Validation(0.11, 0.8).metric()).isGreaterThan(metric);
    assertThat(new Validation(0.1, 0.81).metric()).isGreaterThan(metric);
  }

  @Test
  void metric_retrievalThatFindsNothing_isDecidedByRanking() {
    assertThat(new Validation(0, 0.7).metric()).isGreaterThan(new Validation(0.0001, 0.5).metric());
    assertThat(new Validation(0, 0.7).metric()).isGreaterThan(new Validation(0, 0.6).metric());
  }

  @Test
  void metric_fewHitsByChance_doNotOutweighRanking() {
    assertThat(new Validation(0.02, 0.735).metric())
        .isGreaterThan(new Validation(0.022, 0.72).metric());
  }

  @Test
  void metric_worseThanChance_stillGrowsWithRetrieval() {
    assertThat(new Validation(0.1, 0.45).metric())
        .isGreaterThan(new Validation(0.05, 0.45).metric());
  }

  @Test
  void metric_oneFigure_isThat() {
    assertThat(new Validation(Double.NaN, 0.7).metric()).isCloseTo(0.2, within(1e-9));
    assertThat(new Validation(0.2, Double.NaN).metric()).isEqualTo(0.2);
    assertThat(new Validation(Double.NaN, Double.NaN).metric()).isZero();
  }
}
