package io.unipin.serving.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServingMetricsTest {
  @Test
  void sample_processThatComputes_showsItsProcessorTime() {
    ServingMetrics metrics = new ServingMetrics();
    double before = figure(metrics, "cpuNanos");
    assertThat(figure(metrics, "cores")).isEqualTo(Runtime.getRuntime().availableProcessors());
    long sum = 0;
    do {
      for (int i = 0; i < 10_000_000; i++) {
        sum += Integer.bitCount(i);
      }
    } while (figure(metrics, "cpuNanos") <= before);
    assertThat(sum).isPositive();
    assertThat(figure(metrics, "uptimeSeconds")).isPositive();
  }

  private static double figure(ServingMetrics metrics, String name) {
    return Objects.requireNonNull(metrics.sample(0).gauges().get(name));
  }
}
