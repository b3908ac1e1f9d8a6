package io.unipin.serving.console;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.unipin.serving.audit.AuditNote;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.http.HttpPort;
import io.unipin.serving.rpc.operator.OperatorChanges;
import io.unipin.serving.security.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The console's HTTP port. The port serves a page and the JSON that the page reads. Thread-safe.
 *
 * <p>The console shows users' actions and can change the serving bundle. So the console listens
 * only on loopback, unless a token is required.
 *
 * <p>A page of another site must not use the console through an operator's browser. Such a site may
 * point its own host name to this machine, so the console refuses unknown host names. Every change
 * must be sent as JSON, because a browser sends JSON from one site to another only if the other
 * site agrees.
 */
public final class Console implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Console.class);
  private static final int MAX_BODY = 64 << 10;
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final ConsoleConfig config;
  private final ConsoleGuard guard;
  private final ConsoleApi api;
  private final ConsoleRoutes routes;
  private final ConsoleAudit audit;
  private final PageFiles files = new PageFiles();
  private final DocsFiles docs = new DocsFiles();
  private final HttpPort http;

  private Console(ConsoleConfig config, ConsoleGuard guard, ConsoleParts parts, HttpPort http) {
    this.config = config;
    this.guard = guard;
    this.api = new ConsoleApi(parts);
    this.routes = new ConsoleRoutes(api, new FeedChanges(new OperatorChanges(parts.services())));
    this.audit = new ConsoleAudit(parts.services().telemetry().audit(), parts.services().tokens());
    this.http = http;
  }

  /** Opens the port. */
  public static Console start(ConsoleConfig config, ConsoleParts parts) {
    ConsoleGuard guard = new ConsoleGuard(parts.services().tokens());
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    boolean loopback = !address.isUnresolved() && address.getAddress().isLoopbackAddress();
    if (!loopback && !guard.asksForTokens()) {
      throw new ServingException(
          FailureKind.INVALID,
          "console.host: a loopback address expected without security.tokens, got '%s'"
              .formatted(config.host()));
    }
    HttpPort http;
    try {
      http = HttpPort.open(address, "console");
    } catch (IOException e) {
      throw new ServingException(
          FailureKind.UNAVAILABLE,
          "console port %s of %s can't be opened: %s"
              .formatted(config.port(), config.host(), e.getMessage()),
          e);
    }
    Console console = new Console(config, guard, parts, http);
    http.serve(Map.of("/", console::handle));
    return console;
  }

  public int port() {
    return http.port();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Security-Policy", POLICY);
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("Referrer-Policy", "no-referrer");
      headers.set("Cache-Control", "no-store");
      String path = exchange.getRequestURI().getPath();
      if (!isOurs(exchange.getRequestHeaders().getFirst("Host"))) {
        fail(exchange, 421, "this host name is not the console's");
      } else if (path.startsWith("/api/")) {
        answer(exchange, path);
      } else {
        file(exchange, path);
      }
    }
  }

  /**
   * Whether the Host header of a request may name this server. Any IP address passes, because
   * another site can't point an address to this machine. A host name must be {@code localhost} or
   * the configured name.
   */
  private boolean isOurs(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = host.replaceFirst(":\\d{1,5}$", "");
    boolean address = name.matches("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+]");
    return address || name.equals("localhost") || name.equals(config.host());
  }

  private void file(HttpExchange exchange, String path) throws IOException {
    Optional<PageFiles.PageFile> file = files.find(path).or(() -> docs.find(path));
    if (file.isEmpty()) {
      fail(exchange, 404, "there is nothing here");
    } else if (!HttpPort.isRead(exchange)) {
      fail(exchange, 405, "GET expected");
    } else {
      HttpPort.send(exchange, 200, file.get().type(), file.get().bytes());
    }
  }

  private void answer(HttpExchange exchange, String path) throws IOException {
    boolean get = HttpPort.isRead(exchange);
    Function<String, Object> read = routes.read(path);
    Function<byte[], Object> action = routes.action(path);
    ConsoleGuard.Answer answer =
        guard.ask(
            exchange.getRequestHeaders().getFirst("Authorization"), ConsoleRoutes.roles(path));
    if (answer == ConsoleGuard.Answer.UNKNOWN) {
      audit.refused(exchange, path, action != null, 401);
      fail(exchange, 401, "a bearer token expected that this server knows");
    } else if (answer == ConsoleGuard.Answer.FORBIDDEN) {
      audit.refused(exchange, path, action != null, 403);
      String roles =
          ConsoleRoutes.roles(path).stream()
              .map(Role::label)
              .sorted()
              .collect(Collectors.joining(", "));
      fail(exchange, 403, "a token with the roles " + roles + " expected");
    } else if (read == null && action == null) {
      fail(exchange, 404, "there is nothing here");
    } else if (get && read != null) {
      String query = exchange.getRequestURI().getQuery();
      Reply reply = reply(() -> read.apply(query == null ? "" : query));
      HttpPort.send(exchange, reply.status(), "application/json", reply.body());
    } else if (exchange.getRequestMethod().equals("POST") && action != null) {
      act(exchange, path, action);
    } else {
      fail(exchange, 405, read == null ? "POST expected" : "GET expected");
    }
  }

  private void act(HttpExchange exchange, String path, Function<byte[], Object> action)
      throws IOException {
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (type == null || !type.startsWith("application/json")) {
      fail(exchange, 415, "Content-Type application/json expected");
      return;
    }
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      fail(exchange, 413, "at most %s bytes expected".formatted(MAX_BODY));
    } else {
      AuditNote note = audit.begins(exchange, path, body);
      Reply reply = reply(() -> action.apply(body));
      note.end(reply.status() == 200 ? "OK" : Integer.toString(reply.status()));
      HttpPort.send(exchange, reply.status(), "application/json", reply.body());
    }
  }

  /** The HTTP status and the JSON body of an answer. */
  @SuppressWarnings("ArrayRecordComponent") // replies are never compared
  private record Reply(int status, byte[] body) {}

  /** Computes an answer and converts every failure into an HTTP status. */
  private Reply reply(Supplier<Object> source) {
    try {
      return new Reply(200, routes.write(source.get()));
    } catch (Throwable e) {
      ServingException failure = ServingException.of(e);
      if (failure != e) {
        logger.error("the console failed", e);
      }
      return new Reply(status(failure.kind()), error(String.valueOf(failure.getMessage())));
    }
  }

  private static int status(FailureKind kind) {
    return switch (kind) {
      case INVALID -> 400;
      case TOO_LARGE -> 413;
      case OVERLOADED -> 429;
      case DEADLINE -> 504;
      case CANCELLED, UNAVAILABLE, LOST -> 503;
      case INTERNAL -> 500;
    };
  }

  private void fail(HttpExchange exchange, int status, String message) throws IOException {
    HttpPort.send(exchange, status, "application/json", error(message));
  }

  private byte[] error(String message) {
    return routes.write(Map.of("error", message));
  }

  @Override
  public void close() {
    http.close();
    api.close();
  }
}
