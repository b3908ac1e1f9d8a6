package io.unipin.serving.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.unipin.serving.threads.DaemonThreads;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A port that speaks HTTP by the JDK's server, made so that no slow client holds it: a request has {@link #REQUEST_SECONDS} to come, an
 * answer {@link #ANSWER_SECONDS} to be made and read, and each connection at work has a thread of its own, up to {@link #CONNECTIONS}.
 *
 * <p>The only place that makes such servers. Thread-safe.
 */
public final class HttpPort implements AutoCloseable {
  static final int REQUEST_SECONDS = 5;

  /**
   * The JDK's clock counts what is computed, too: the console's longest actions, such as to load a bundle and warm its caches up, must
   * fit. A client that never reads holds one thread for so long.
   */
  static final int ANSWER_SECONDS = 900;

  static final int CONNECTIONS = 256;
  private static final int BACKLOG = 64;
  private static final int THREAD_IDLE_SECONDS = 10;

  static {
    // The JDK's server reads its limits once, when its first class is loaded; there is no other way
    // to set them.
    Map.of(
            "sun.net.httpserver.maxReqTime", REQUEST_SECONDS,
            "sun.net.httpserver.maxRspTime", ANSWER_SECONDS,
            "jdk.httpserver.maxConnections", CONNECTIONS)
        .forEach(
            (name, value) -> {
              if (System.getProperty(name) == null) {
                System.setProperty(name, value.toString());
              }
            });
  }

  private final HttpServer server;
  private final ExecutorService executor;

  private HttpPort(HttpServer server, ExecutorService executor) {
    this.server = server;
    this.executor = executor;
  }

  /** Takes the port; {@link #serve} begins to answer. */
  public static HttpPort open(InetSocketAddress address, String name) throws IOException {
    HttpServer server = HttpServer.create(address, BACKLOG);
    ExecutorService executor =
        new ThreadPoolExecutor(
            1,
            CONNECTIONS,
            THREAD_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            DaemonThreads.named(name));
    server.setExecutor(executor);
    return new HttpPort(server, executor);
  }

  /** Has paths answered; those that no other one names by {@code /}. */
  public void serve(Map<String, HttpHandler> paths) {
    paths.forEach(server::createContext);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Whether a request wants to read; by HEAD it gets the headers alone. */
  public static boolean isRead(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("GET") || isHead(exchange);
  }

  private static boolean isHead(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("HEAD");
  }

  /** Sends an answer. */
  public static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (isHead(exchange)) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** Idempotent. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
