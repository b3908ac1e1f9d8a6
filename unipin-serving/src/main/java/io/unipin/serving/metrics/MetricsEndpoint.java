package io.unipin.serving.metrics;

import com.sun.net.httpserver.HttpExchange;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.http.HttpPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The HTTP endpoint for operators. It serves {@code /metrics} for Prometheus and {@code /healthz}.
 * Thread-safe.
 */
public final class MetricsEndpoint implements AutoCloseable {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpPort http;

  private MetricsEndpoint(HttpPort http) {
    this.http = http;
  }

  /**
   * Starts the endpoint. Port 0 takes a free port.
   *
   * @param remarks returns lines that {@code /healthz} adds to its text; the lines do not change
   *     the HTTP status
   */
  public static MetricsEndpoint start(
      String host,
      int port,
      ServingMetrics metrics,
      BooleanSupplier healthy,
      Supplier<List<String>> remarks) {
    HttpPort http;
    try {
      http = HttpPort.open(new InetSocketAddress(host, port), "metrics");
    } catch (IOException e) {
      throw new ServingException(
          FailureKind.UNAVAILABLE,
          "metrics port %s of %s can't be opened: %s".formatted(port, host, e.getMessage()),
          e);
    }
    http.serve(
        Map.of(
            "/metrics", exchange -> answer(exchange, "/metrics", 200, metrics::scrape),
            "/healthz",
                exchange -> {
                  boolean well = healthy.getAsBoolean();
                  StringBuilder text = new StringBuilder(well ? "ok\n" : "not serving\n");
                  remarks.get().forEach(line -> text.append(line).append('\n'));
                  answer(exchange, "/healthz", well ? 200 : 503, text::toString);
                }));
    return new MetricsEndpoint(http);
  }

  private static void answer(HttpExchange exchange, String path, int status, Supplier<String> body)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(path)) {
        exchange.sendResponseHeaders(404, -1);
      } else if (!HttpPort.isRead(exchange)) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
      } else {
        HttpPort.send(exchange, status, TYPE, body.get().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  public int port() {
    return http.port();
  }

  @Override
  public void close() {
    http.close();
  }
}
