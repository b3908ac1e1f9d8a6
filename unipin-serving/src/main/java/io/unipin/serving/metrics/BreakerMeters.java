package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.function.Supplier;

/**
 * The metrics of a breaker. A breaker refuses calls to an external engine, such as Redis, while the
 * engine is unavailable.
 */
public final class BreakerMeters {
  private BreakerMeters() {}

  /**
   * The state of a breaker.
   *
   * @param open whether the breaker currently treats the engine as unavailable
   * @param opened number of times since the start that the breaker began to treat the engine as
   *     unavailable
   * @param refused calls that were refused since the start
   */
  public record Figures(boolean open, long opened, long refused) {}

  static void register(
      MeterRegistry registry, HeldCounters counters, String name, Supplier<Figures> figures) {
    Tags tags = Tags.of("breaker", name);
    Gauge.builder("unipin.breaker.open", () -> figures.get().open() ? 1 : 0)
        .description("1 while calls are refused because an engine is away")
        .tags(tags)
        .register(registry);
    counters.add(
        "unipin.breaker.opened",
        "Times at which an engine went away",
        tags,
        () -> figures.get().opened());
    counters.add(
        "unipin.breaker.refused",
        "Calls that were refused because an engine was away",
        tags,
        () -> figures.get().refused());
  }
}
