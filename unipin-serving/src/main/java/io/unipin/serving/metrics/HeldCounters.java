package io.unipin.serving.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * Counters that read their values from other objects.
 *
 * <p>A registry holds these objects only weakly. If the garbage collector removed them, the
 * counters would stop. So this class keeps strong references. Thread-safe.
 */
final class HeldCounters {
  private final List<Object> held = new CopyOnWriteArrayList<>();
  private final MeterRegistry registry;

  HeldCounters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Registers a counter that reads its value from {@code value}. All such counters must be
   * registered here.
   */
  void add(String name, String description, Tags tags, LongSupplier value) {
    held.add(value);
    FunctionCounter.builder(name, value, LongSupplier::getAsLong)
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
