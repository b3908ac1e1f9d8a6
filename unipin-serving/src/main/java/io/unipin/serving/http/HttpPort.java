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
 * An HTTP port that slow clients can't block. The port uses the JDK's HTTP server.
 *
 * <p>A request must arrive within {@link #REQUEST_SECONDS}. An answer must be computed and read
 * within {@link #ANSWER_SECONDS}. Each active connection has its own thread, up to
 * {@link #CONNECTIONS}.
 *
 * <p>No other class creates HTTP servers. Thread-safe.
 */
public final class HttpPort implements AutoCloseable {
  static final int REQUEST_SECONDS = 5;

  /**
   * Time limit for an answer. The JDK's HTTP server also counts the time in which the answer is
   * computed. So the limit must exceed the console's longest actions, such as loading and warming a
   * bundle. A client that never reads can hold one thread for this time.
   */
  static final int ANSWER_SECONDS = 900;

  static final int CONNECTIONS = 256;
  private static final int BACKLOG = 64;
  private static final int THREAD_IDLE_SECONDS = 10;

  static {
    // The JDK's server reads these limits from system properties, once, when its first class is
    // loaded. There is no other way to set them.
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

  /** Binds the port. {@link #serve} then begins to answer. */
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

  /**
   * Begins to answer requests with a handler per path. The path {@code /} gets all requests that no
   * other path matches.
   */
  public void serve(Map<String, HttpHandler> paths) {
    paths.forEach(server::createContext);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Whether a request only reads: GET or HEAD. HEAD returns only the headers. */
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

  /** Closes the port. Idempotent. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
