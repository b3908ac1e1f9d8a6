package io.unipin.serving.rpc.json;

import com.google.rpc.Code;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaders;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The checked headers of a call.
 *
 * @param metadata the headers, as gRPC's interceptors read them
 * @param deadline time until which the caller waits; absent if the caller names no such time
 */
record RequestHead(Metadata metadata, @Nullable Deadline deadline) {
  static final String DEADLINE = "X-Deadline-Ms";

  /** Headers that are about one connection only (RFC 9110, section 7.6.1). */
  private static final Set<String> OF_CONNECTION =
      Set.of("connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade");

  private static final String JSON = "application/json";
  static final long MOST_MS = 3_600_000;
  private static final int MOST_DIGITS = 7;

  /**
   * Checks the head of a call's request.
   *
   * @throws HttpRefusal when the request breaks a rule of HTTP
   */
  static RequestHead of(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!request.method().equals(HttpMethod.POST)) {
      throw wrongMethod("POST", request);
    }
    requireJson(headers.get(HttpHeaderNames.CONTENT_TYPE, ""));
    String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      throw new HttpRefusal(
          415,
          Code.INVALID_ARGUMENT,
          "Content-Encoding: identity expected, got '%s'".formatted(Shortened.text(encoding)),
          Map.of("accept-encoding", "identity"));
    }
    String expectation = headers.get(HttpHeaderNames.EXPECT, "100-continue");
    if (!expectation.equalsIgnoreCase("100-continue")) {
      throw new HttpRefusal(
          417,
          Code.INVALID_ARGUMENT,
          "Expect: 100-continue expected, got '%s'".formatted(Shortened.text(expectation)));
    }
    return new RequestHead(metadata(headers), deadline(headers.get(DEADLINE)));
  }

  /**
   * Checks that the request does not come from a web page. A browser names the page's site in the
   * header Origin of every POST, even if the site's host name points to this machine.
   */
  static void requireNoOrigin(HttpRequest request) {
    if (request.headers().contains(HttpHeaderNames.ORIGIN)) {
      throw new HttpRefusal(
          403,
          Code.PERMISSION_DENIED,
          "Origin: no such header expected, because web pages may not call this port");
    }
  }

  static HttpRefusal wrongMethod(String expected, HttpRequest request) {
    return new HttpRefusal(
        405,
        Code.INVALID_ARGUMENT,
        "method: %s expected, got %s".formatted(expected, Shortened.text(request.method().name())),
        Map.of("allow", expected));
  }

  /** Requires the type JSON. If the type names a charset, this must be UTF-8. */
  private static void requireJson(String type) {
    String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
    boolean json = parts[0].trim().equals(JSON);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].replace("\"", "").trim();
      json &= parameter.isEmpty() || parameter.equals("charset=utf-8");
    }
    if (!json) {
      throw new HttpRefusal(
          415,
          Code.INVALID_ARGUMENT,
          "Content-Type: %s expected, got %s"
              .formatted(JSON, type.isEmpty() ? "none" : "'" + Shortened.text(type) + "'"));
    }
  }

  private static @Nullable Deadline deadline(@Nullable String value) {
    if (value == null) {
      return null;
    }
    boolean digits = value.length() <= MOST_DIGITS && value.matches("[0-9]+");
    long ms = digits ? Long.parseLong(value) : 0;
    if (ms < 1 || ms > MOST_MS) {
      throw new HttpRefusal(
          400,
          Code.INVALID_ARGUMENT,
          "%s: 1 to %s milliseconds expected, got '%s'"
              .formatted(DEADLINE, MOST_MS, Shortened.text(value)));
    }
    return Deadline.after(ms, TimeUnit.MILLISECONDS);
  }

  /**
   * Copies the headers whose names and values gRPC can carry as text. Leaves out headers that are
   * about the connection of the caller.
   */
  private static Metadata metadata(HttpHeaders headers) {
    Metadata metadata = new Metadata();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.matches("[0-9a-z._-]+")
          && !name.endsWith("-bin")
          && !OF_CONNECTION.contains(name)
          && isAscii(header.getValue())) {
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), header.getValue());
      }
    }
    return metadata;
  }

  private static boolean isAscii(String value) {
    return value.chars().allMatch(c -> c >= ' ' && c <= '~');
  }
}
