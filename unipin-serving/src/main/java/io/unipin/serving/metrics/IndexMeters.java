package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.unipin.ann.LiveIndexStatus;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of the index in service. */
final class IndexMeters {
  private IndexMeters() {}

  /** Registers gauges for the size and the quality of the index; NaN while no bundle serves. */
  static void register(MeterRegistry registry, Supplier<LiveIndexStatus> status) {
    Registrar gauges =
        (name, description, value) ->
            Gauge.builder(name, () -> value.applyAsDouble(status.get()))
                .description(description)
                .register(registry);
    gauges.add("unipin.index.recall", "Recall of watched live queries", s -> s.recall());
    gauges.add("unipin.index.watched", "Live queries compared with exact", s -> s.watched());
    gauges.add("unipin.index.items", "Items that can be found", s -> s.size());
    gauges.add("unipin.index.delta", "Items outside of the main index", s -> s.delta());
    gauges.add("unipin.index.buried", "Dead items in the main index", s -> s.buried());
    gauges.add("unipin.index.generation", "Rebuilds of the index", s -> s.generation());
  }

  /** Adds one gauge. */
  private interface Registrar {
    void add(String name, String description, ToDoubleFunction<LiveIndexStatus> value);
  }
}
