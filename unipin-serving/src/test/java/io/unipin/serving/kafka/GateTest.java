package io.unipin.serving.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class GateTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
  private final Gate gate = new Gate(nanos::get);

  private void pass(long millis) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void passes_whileKafkaConfirms_always() {
    assertThat(gate.passes()).isTrue();
    assertThat(gate.confirmed()).isFalse();
    assertThat(gate.passes()).isTrue();
    assertThat(gate.passes()).isTrue();
  }

  @Test
  void passes_afterAFailure_onlyOnceASecond_untilAWriteIsConfirmed() {
    assertThat(gate.failed()).isTrue();
    assertThat(gate.failed()).isFalse();
    assertThat(gate.passes()).isFalse();
    pass(999);
    assertThat(gate.passes()).isFalse();
    pass(1);
    assertThat(gate.passes()).isTrue();
    assertThat(gate.passes()).isFalse();
    pass(1000);
    assertThat(gate.passes()).isTrue();
    assertThat(gate.confirmed()).isTrue();
    assertThat(gate.passes()).isTrue();
    assertThat(gate.passes()).isTrue();
  }
}
