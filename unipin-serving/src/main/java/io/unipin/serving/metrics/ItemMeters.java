package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The metrics of items that callers put while bundles serve. Thread-safe. */
public final class ItemMeters {
  private static final Duration[] BUCKETS =
      Stream.of(1, 5, 10, 50, 100, 500, 1000, 5000, 10_000, 60_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final Timer searchable;

  ItemMeters(MeterRegistry registry) {
    this.registry = registry;
    this.searchable =
        Timer.builder("unipin.items.searchable")
            .description("From the arrival of a message with puts until searches find its items")
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
  }

  /**
   * Counts of the kept items.
   *
   * @param live items that the serving bundle serves in addition to its own
   * @param notServed kept items that the serving bundle does not serve
   * @param limit largest number of live items
   */
  public record Figures(long live, long notServed, long limit, long bytes, long maxBytes) {}

  /**
   * Registers the counters of outcomes with value 0. So Prometheus sees the first increment as an
   * increase.
   */
  public void expect(List<String> outcomes) {
    outcomes.forEach(this::counter);
  }

  /** Adds the number of a call's items that had this outcome. */
  public void verdicts(String outcome, int count) {
    counter(outcome).increment(count);
  }

  private Counter counter(String outcome) {
    return Counter.builder("unipin.items")
        .description("Items of ChangeItems and its stream, by what became of them")
        .tags("outcome", outcome)
        .register(registry);
  }

  /** Notes the time from the arrival of a message until searches can find the message's items. */
  public void searchable(long nanos) {
    searchable.record(Duration.ofNanos(nanos));
  }

  /** Registers gauges of the kept items. */
  public void watch(Supplier<Figures> figures) {
    gauge("unipin.items.live", "Put items that the bundle serves", figures, Figures::live);
    gauge("unipin.items.unserved", "Put items that it does not serve", figures, Figures::notServed);
    gauge("unipin.items.limit", "Put items that the bundle may serve", figures, Figures::limit);
    gauge("unipin.items.bytes", "Bytes of put items and of deleted ids", figures, Figures::bytes);
    gauge("unipin.items.bytes.limit", "Bytes that they may take", figures, Figures::maxBytes);
  }

  private void gauge(
      String name, String description, Supplier<Figures> figures, ToDoubleFunction<Figures> value) {
    Gauge.builder(name, () -> value.applyAsDouble(figures.get()))
        .description(description)
        .register(registry);
  }
}
