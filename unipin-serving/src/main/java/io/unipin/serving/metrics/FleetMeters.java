package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** The metrics of the fleet as this replica sees it. Without a fleet, these metrics stay 0. */
public final class FleetMeters {
  private FleetMeters() {}

  /**
   * Figures of a fleet.
   *
   * @param live number of replicas with a valid lease, including this replica
   * @param away number of replicas whose lease has expired and that did not sign off
   * @param differing number of live replicas whose versions differ from the versions of this
   *     replica
   * @param unreachable 1 while the register of replicas does not answer, else 0
   * @param unreadable erasures of the fleet that this replica has not applied because it can't read
   *     them
   * @param failed erasures of the fleet that a store of this replica could not make at the last try
   */
  public record Figures(
      long live, long away, long differing, long unreachable, long unreadable, long failed) {}

  static void register(MeterRegistry registry, Supplier<Figures> figures) {
    replicas(registry, "live", () -> figures.get().live());
    replicas(registry, "away", () -> figures.get().away());
    Gauge.builder("unipin.fleet.differing", () -> figures.get().differing())
        .description("Live replicas with other versions or settings of arms than this one")
        .register(registry);
    Gauge.builder("unipin.fleet.unreachable", () -> figures.get().unreachable())
        .description("1 while the register of replicas does not answer")
        .register(registry);
    Gauge.builder("unipin.erasures.unreadable", () -> figures.get().unreadable())
        .description("Erasures that this replica can't read, because a secret is missing")
        .register(registry);
    Gauge.builder("unipin.erasures.failed", () -> figures.get().failed())
        .description(
            "Erasures that a store of this replica could not make, and that are tried again")
        .register(registry);
  }

  private static void replicas(MeterRegistry registry, String state, Supplier<Number> value) {
    Gauge.builder("unipin.fleet.replicas", value)
        .description("Replicas of the fleet, by state")
        .tags("state", state)
        .register(registry);
  }
}
