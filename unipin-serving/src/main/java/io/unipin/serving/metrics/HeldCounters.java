package io.unipin.serving.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * Counters that read their values from elsewhere. A registry holds what they read weakly, so that it could be collected and
 * they would stand still: this class holds it. Thread-safe.
 */
final class HeldCounters {
  private final List<Object> held = new CopyOnWriteArrayList<>();
  private final MeterRegistry registry;

  HeldCounters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Registers a counter: the one way to one that reads its value from elsewhere. */
  void add(String name, String description, Tags tags, LongSupplier value) {
    held.add(value);
    FunctionCounter.builder(name, value, LongSupplier::getAsLong)
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
