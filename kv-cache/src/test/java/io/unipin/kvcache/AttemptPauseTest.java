package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AttemptPauseTest {
  private final AtomicLong now = new AtomicLong(-5);
  private final AttemptPause backoff = new AttemptPause(now::get);

  private void assertHoldsFor(Duration pause) {
    assertThat(backoff.holds()).isTrue();
    now.addAndGet(pause.toNanos() - 1);
    assertThat(backoff.holds()).isTrue();
    now.incrementAndGet();
    assertThat(backoff.holds()).isFalse();
  }

  @Test
  void failed_againAndAgain_holdsTwiceAsLongUpToFiveMinutes() {
    assertThat(backoff.holds()).isFalse();
    assertThat(backoff.failed()).as("the first in a row").isTrue();
    assertHoldsFor(Duration.ofSeconds(1));
    for (int seconds = 2; seconds <= 256; seconds *= 2) {
      assertThat(backoff.failed()).isFalse();
      assertHoldsFor(Duration.ofSeconds(seconds));
    }
    for (int i = 0; i < 3; i++) {
      backoff.failed();
      assertHoldsFor(Duration.ofMinutes(5));
    }
  }

  @Test
  void succeeded_afterFailures_beginsAnew() {
    assertThat(backoff.succeeded()).as("nothing failed before").isFalse();
    backoff.failed();
    backoff.failed();
    assertThat(backoff.succeeded()).isTrue();
    assertThat(backoff.holds()).isFalse();
    assertThat(backoff.succeeded()).isFalse();
    assertThat(backoff.failed()).isTrue();
    assertHoldsFor(Duration.ofSeconds(1));
  }
}
