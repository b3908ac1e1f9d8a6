package io.unipin.serving.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.unipin.serving.DaemonThreads;
import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** HTTP for operators: {@code GET /metrics} for Prometheus and {@code GET /healthz}. Thread-safe. */
public final class MetricsEndpoint implements AutoCloseable {
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService executor;

  private MetricsEndpoint(HttpServer server, ExecutorService executor) {
    this.server = server;
    this.executor = executor;
  }

  /** Starts the endpoint; port 0 takes a free one. */
  public static MetricsEndpoint start(
      String host, int port, ServingMetrics metrics, BooleanSupplier healthy) {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
    } catch (IOException e) {
      throw new ServingException(
          FailureKind.UNAVAILABLE,
          "metrics port %d can't be opened: %s".formatted(port, e.getMessage()),
          e);
    }
    ExecutorService executor = Executors.newSingleThreadExecutor(DaemonThreads.named("metrics"));
    server.setExecutor(executor);
    server.createContext(
        "/metrics", exchange -> answer(exchange, "/metrics", 200, metrics::scrape));
    server.createContext(
        "/healthz",
        exchange -> {
          boolean well = healthy.getAsBoolean();
          answer(exchange, "/healthz", well ? 200 : 503, () -> well ? "ok\n" : "not serving\n");
        });
    server.start();
    return new MetricsEndpoint(server, executor);
  }

  private static void answer(HttpExchange exchange, String path, int status, Supplier<String> body)
      throws IOException {
    try (exchange) {
      boolean known = exchange.getRequestURI().getPath().equals(path);
      boolean get = exchange.getRequestMethod().equals("GET");
      if (!known || !get) {
        exchange.sendResponseHeaders(known ? 405 : 404, -1);
        return;
      }
      byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
