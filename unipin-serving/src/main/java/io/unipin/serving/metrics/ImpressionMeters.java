package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of counted and explored impressions. Thread-safe. */
public final class ImpressionMeters {
  private final MeterRegistry registry;
  private final HeldCounters counters;
  private final Counter explored;

  ImpressionMeters(MeterRegistry registry, HeldCounters counters) {
    this.registry = registry;
    this.counters = counters;
    this.explored =
        Counter.builder("unipin.explored")
            .description("Items that exploration put on answered pages")
            .register(registry);
  }

  /**
   * Figures about the counts of impressions.
   *
   * @param bytes bytes of memory that the counts take
   * @param counted impressions counted since the start
   * @param uncounted impressions that were not counted because there was no room
   */
  public record Figures(long bytes, long maxBytes, long counted, long uncounted) {}

  /** Counts items that exploration put on a page. */
  public void explored(int items) {
    explored.increment(items);
  }

  /** Registers the metrics of the counts. */
  public void watch(Supplier<Figures> figures) {
    gauge("unipin.impressions.bytes", "Bytes of counts", figures, Figures::bytes);
    gauge("unipin.impressions.bytes.limit", "Bytes they may take", figures, Figures::maxBytes);
    counters.add(
        "unipin.impressions",
        "Impressions that were counted",
        Tags.empty(),
        () -> figures.get().counted());
    counters.add(
        "unipin.impressions.uncounted",
        "Impressions not counted because there was no room",
        Tags.empty(),
        () -> figures.get().uncounted());
  }

  private void gauge(
      String name, String description, Supplier<Figures> figures, ToDoubleFunction<Figures> value) {
    Gauge.builder(name, () -> value.applyAsDouble(figures.get()))
        .description(description)
        .register(registry);
  }
}
