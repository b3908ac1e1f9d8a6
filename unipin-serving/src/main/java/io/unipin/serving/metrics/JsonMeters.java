package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Counts what happens on the ports for HTTP with JSON before a request becomes a call. Calls are
 * counted together with the calls by gRPC. Thread-safe.
 */
public final class JsonMeters {
  /** Causes for which a connection is cut. */
  static final List<String> CAUSES =
      List.of("slow_head", "slow_body", "slow_reader", "unsent", "crowd");

  private final MeterRegistry registry;

  JsonMeters(MeterRegistry registry) {
    this.registry = registry;
    CAUSES.forEach(this::cuts);
  }

  /** Counts a request that is refused by the rules of HTTP, by the HTTP status. */
  public void refused(int status) {
    Counter.builder("unipin.json.refused")
        .description("Requests that broke a rule of HTTP, by HTTP status")
        .tags("status", Integer.toString(status))
        .register(registry)
        .increment();
  }

  /** Counts a connection that was closed because its client was too slow or there was no room. */
  public void cut(String cause) {
    cuts(cause).increment();
  }

  private Counter cuts(String cause) {
    return Counter.builder("unipin.json.cut")
        .description("Connections that were closed by the limits of the JSON ports, by cause")
        .tags("cause", cause)
        .register(registry);
  }

  /** Registers a gauge of the open connections. */
  public void watch(IntSupplier connections) {
    Gauge.builder("unipin.json.connections", connections::getAsInt)
        .description("Open connections of the JSON ports")
        .register(registry);
  }
}
