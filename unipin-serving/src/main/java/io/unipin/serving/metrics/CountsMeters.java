package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of the tables of counts by which ranking orders candidates. Thread-safe. */
public final class CountsMeters {
  private final MeterRegistry registry;

  CountsMeters(MeterRegistry registry) {
    this.registry = registry;
    for (Outcome outcome : Outcome.values()) {
      counter(outcome); // starts at 0, so that Prometheus sees the first increment as an increase
    }
  }

  /** The outcome of a call of ReloadCounts. */
  public enum Outcome {
    RELOADED("reloaded"),
    REFUSED("refused");

    private final String label;

    Outcome(String label) {
      this.label = label;
    }
  }

  /**
   * Figures about the tables of the server's own bundle.
   *
   * @param ageSeconds seconds since the end of the period whose actions the tables count; 0 without
   *     tables
   * @param reloadable 1 if ReloadCounts may load newer tables, else 0
   * @param bytes bytes of memory that the tables take; 0 without tables
   * @param maxBytes largest number of bytes that the tables may take
   */
  public record Figures(double ageSeconds, int reloadable, long bytes, long maxBytes) {}

  /** Counts a call of ReloadCounts. */
  public void reloaded(Outcome outcome) {
    counter(outcome).increment();
  }

  private Counter counter(Outcome outcome) {
    return Counter.builder("unipin.counts.reloads")
        .description("Calls of ReloadCounts, by what became of them")
        .tags("outcome", outcome.label)
        .register(registry);
  }

  /** Registers gauges of the tables. */
  public void watch(Supplier<Figures> figures) {
    gauge("age.seconds", "Age of the counts; 0 without counts", figures, Figures::ageSeconds);
    gauge("reloadable", "1 if ReloadCounts may load counts", figures, Figures::reloadable);
    gauge("bytes", "Bytes that the counts take", figures, Figures::bytes);
    gauge("bytes.limit", "Bytes that they may take", figures, Figures::maxBytes);
  }

  private void gauge(
      String name, String description, Supplier<Figures> figures, ToDoubleFunction<Figures> value) {
    Gauge.builder("unipin.counts." + name, () -> value.applyAsDouble(figures.get()))
        .description(description)
        .register(registry);
  }
}
