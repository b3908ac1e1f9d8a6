package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PutRateTest {
  private long nanos;

  @Test
  void take_moreThanTheRateAllows_isRefusedUntilThereIsRoom() {
    PutRate rate = new PutRate(2, () -> nanos);
    rate.take(20); // the whole allowance of ten seconds
    assertThatThrownBy(() -> rate.take(3))
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.OVERLOADED);
              assertThat(e.retryAfter()).contains(Duration.ofMillis(1500));
            })
        .hasMessage(
            "at most 2.0 items a second expected (items.maxPutsPerSecond), got 3 at once with room"
                + " for 0");
    nanos += 1_500_000_000L;
    rate.take(3);
    nanos += 3_600_000_000_000L;
    rate.take(20);
  }

  @Test
  void take_moreThanEverFit_isRefusedForGood() {
    PutRate rate = new PutRate(0.01, () -> nanos);
    assertThatThrownBy(() -> rate.take(2))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.INVALID))
        .hasMessage(
            "items: at most 1 items in a call expected with items.maxPutsPerSecond 0.01, got 2");
    rate.take(1);
  }
}
