package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts calls by the reason why the client chose this replica, as the client states it. The counts
 * show how many calls reach the replica that holds the user's encoded history. Thread-safe.
 */
public final class RouteMeters {
  private static final String FIRST = "first";
  private static final String OTHER = "other";

  private final Counter first;
  private final Counter other;
  private final Counter unknown;

  RouteMeters(MeterRegistry registry) {
    first = counter(registry, FIRST);
    other = counter(registry, OTHER);
    unknown = counter(registry, "unknown");
  }

  private static Counter counter(MeterRegistry registry, String route) {
    return Counter.builder("unipin.routes")
        .description("Calls by what the caller says of its choice of this replica")
        .tags("route", route)
        .register(registry);
  }

  /**
   * Counts a call.
   *
   * @param route {@code first} if the call's user prefers this replica to all others, {@code other}
   *     if the user prefers another replica; any other text counts as unknown
   */
  public void routed(String route) {
    switch (route) {
      case FIRST -> first.increment();
      case OTHER -> other.increment();
      default -> unknown.increment();
    }
  }
}
