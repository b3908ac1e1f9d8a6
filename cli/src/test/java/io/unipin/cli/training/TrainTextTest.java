package io.unipin.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.console.Progress;
import org.junit.jupiter.api.Test;

final class TrainTextTest {
  private static TrainText text(double mostSeconds) {
    return new TrainText(Progress.begin("training", -1), mostSeconds);
  }

  @Test
  void goesOn_anotherEpochWouldEndLater_false() {
    assertThat(text(20).goesOn(4, 15)).isTrue();
    assertThat(text(20).goesOn(4, 17)).isFalse();
  }

  @Test
  void goesOn_beforeTheFirstEpoch_true() {
    assertThat(text(1).goesOn(0, 30)).isTrue();
    assertThat(text(1).goesOn(1, 30)).isFalse();
  }

  @Test
  void goesOn_withoutLimit_true() {
    assertThat(text(0).goesOn(7, 1e9)).isTrue();
  }
}
