package io.unipin.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.console.Progress;
import org.junit.jupiter.api.Test;

final class TrainTextTest {
  private static TrainText text(double mostSeconds) {
    return new TrainText(Progress.begin("training", -1), mostSeconds);
  }

  @Test
  void mostSeconds_ofNone_isInfinite() {
    assertThat(text(20).mostSeconds()).isEqualTo(20);
    assertThat(text(0).mostSeconds()).isInfinite();
  }
}
