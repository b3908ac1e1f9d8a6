package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;

/** Metrics of calls that wait for a worker. Thread-safe. */
public final class AdmissionMeters {
  private final MeterRegistry registry;

  AdmissionMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Registers gauges for the number of waiting calls and for the adaptive limit. */
  public void watch(IntSupplier waiting, IntSupplier limit) {
    Gauge.builder("unipin.queue", waiting::getAsInt)
        .description("Requests that wait for a worker")
        .register(registry);
    Gauge.builder("unipin.admission.limit", limit::getAsInt)
        .description("Requests that may be in the server, by the adaptive limit")
        .register(registry);
  }

  /**
   * Counts a call that begins on a worker.
   *
   * @param kind kind of the call; the server has a fixed number of kinds
   * @param nanos nanoseconds for which the call has waited
   */
  public void waited(String kind, long nanos) {
    Timer.builder("unipin.waits")
        .description("Waits of calls for a worker, by kind of call")
        .tags("kind", kind)
        .serviceLevelObjectives(ServingMetrics.LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }
}
