package io.unipin.serving.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RedisBreakerTest {
  private final RedisBreaker breaker = new RedisBreaker("test", Duration.ofSeconds(1));

  private void fail(FailureKind kind) {
    Supplier<String> call =
        () -> {
          throw new ServingException(kind, "as the test wants");
        };
    assertThatThrownBy(() -> breaker.call(call)).isInstanceOf(ServingException.class);
  }

  private void open() {
    while (!breaker.isOpen()) {
      fail(FailureKind.UNAVAILABLE);
    }
  }

  @Test
  void failures_thatDoNotShowAbsence_leaveItClosed() {
    for (int i = 0; i < 100; i++) {
      fail(FailureKind.INVALID);
    }
    assertThat(breaker.isOpen()).isFalse();
    assertThat(breaker.call(() -> "answer")).isEqualTo("answer");
    assertThat(breaker.opened()).isZero();
    assertThat(breaker.refused()).isZero();
  }

  @Test
  void counts_goOnOverSeveralAbsences() {
    long refused = 0;
    for (int absence = 1; absence <= 2; absence++) {
      open();
      assertThat(breaker.opened()).isEqualTo(absence);
      fail(FailureKind.UNAVAILABLE);
      assertThat(breaker.refused()).isEqualTo(refused + 1);
      Eventually.holds(this::answers);
      assertThat(breaker.refused()).isGreaterThan(refused);
      refused = breaker.refused();
    }
  }

  private boolean answers() {
    try {
      breaker.call(() -> "answer");
    } catch (ServingException e) {
      assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE);
    }
    return !breaker.isOpen();
  }
}
