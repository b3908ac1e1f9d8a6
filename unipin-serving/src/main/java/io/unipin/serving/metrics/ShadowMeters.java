package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The metrics of the shadow. Thread-safe. */
public final class ShadowMeters {
  private final MeterRegistry registry;

  ShadowMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Counts an answer of the shadow. {@code overlap} is the share of the live page's items that the
   * shadow's page also shows.
   */
  public void answered(String cache, long nanos, double overlap) {
    Timer.builder("unipin.shadow")
        .description("Copies answered by the shadow, without the wait for a worker")
        .tags("cache", cache)
        .serviceLevelObjectives(ServingMetrics.LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
    DistributionSummary.builder("unipin.shadow.overlap")
        .description("Part of the live page that the shadow would have shown, too")
        .serviceLevelObjectives(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
        .register(registry)
        .record(overlap);
  }

  /** Counts a copy that the shadow did not answer. */
  public void failed(String reason) {
    Counter.builder("unipin.shadow.failures")
        .description("Copies that the shadow did not answer")
        .tags("reason", reason)
        .register(registry)
        .increment();
  }
}
