package io.unipin.serving.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.TestServer;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the answers of the console's port. The tests write requests to a socket, because an HTTP
 * client library sends no malformed requests.
 */
@Timeout(60)
final class ConsoleTest {
  private static final String JSON = "Content-Type: application/json";

  @TempDir static Path folder;
  private static UniPinServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void page_isServedWithAPolicyThatLoadsNothingFromElsewhere() throws IOException {
    String page = send("GET / HTTP/1.1", "Host: localhost");
    assertThat(page).startsWith("HTTP/1.1 200").contains("text/html", "<title>UniPin console");
    assertThat(page.toLowerCase(Locale.ROOT))
        .contains("content-security-policy: default-src 'none'; script-src 'self'")
        .contains("frame-ancestors 'none'", "x-content-type-options: nosniff", "no-store");
  }

  @Test
  void docs_areServedWithThePolicyOfTheConsole() throws IOException {
    String page = send("GET /docs/ HTTP/1.1", "Host: localhost");
    assertThat(page)
        .contains("text/html", "<title>Documentation – UniPin", "href=\"/docs/redis.html\"");
    assertThat(page.toLowerCase(Locale.ROOT))
        .contains("content-security-policy: default-src 'none'");
    assertThat(send("GET / HTTP/1.1", "Host: localhost")).contains("href=\"docs/\"");
  }

  @ParameterizedTest
  @CsvSource({
    "GET /elsewhere, 404",
    "GET /../../etc/passwd, 404",
    "GET /%2e%2e/UniPinServer.class, 404",
    "GET /package-info.class, 404",
    "POST /index.html, 405",
    "GET /api/none, 404",
    "POST /api/none, 404",
    "POST /api/status, 405",
    "GET /api/erase, 405",
    "DELETE /api/erase, 405",
    "GET /api/live?after=x, 400",
    "GET /api/status, 200",
    "GET /api/live?after=0, 200",
    "GET /api/experiments, 200",
    "GET /api/items, 200",
    "GET /docs, 200",
    "GET /docs/, 200",
    "GET /docs/redis.html, 200",
    "GET /docs/guides/roll-back.html, 200",
    "GET /docs/none.html, 404",
    "GET /docs/../index.html, 404",
    "GET /docs/pages.txt, 404",
    "GET /docs_redis.html, 404",
    "POST /docs/, 405",
  })
  void path_hasItsStatus(String request, int status) throws IOException {
    assertThat(send(request + " HTTP/1.1", "Host: 127.0.0.1:1"))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:9, 200",
    "127.0.0.1, 200",
    "[::1]:80, 200",
    "attacker.example, 421",
    "localhost.attacker.example:80, 421",
    "127.0.0.1.attacker.example, 421",
  })
  void host_mustBeOurs(String host, int status) throws IOException {
    assertThat(send("GET /api/cache HTTP/1.1", "Host: " + host))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void action_takesJsonAlone() throws IOException {
    for (String type :
        List.of("", "Content-Type: text/plain", "Content-Type: multipart/form-data")) {
      assertThat(post("erase", type, "{\"user\": \"u\"}")).startsWith("HTTP/1.1 415 ");
    }
    assertThat(post("erase", JSON, "{\"user\": \"u\"}"))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("{\"existed\":false,\"unconfirmed\":[],\"unseen\":[]}");
    String large = "{\"user\": \"" + "u".repeat(70_000) + "\"}";
    assertThat(post("erase", JSON, large)).startsWith("HTTP/1.1 413 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{\"user\": \"u\"} {}",
        "{}",
        "{\"user\": \"\"}",
        "{\"user\": \"a\\u0000b\"}",
        "{\"user\": \"u\", \"what\": 1}",
        "{\"user\": \"u\", \"pageSize\": -1}",
        "{\"user\": \"u\", \"pageSize\": 100000}",
        "{\"user\": \"u\", \"candidates\": 5000}",
        "{\"user\": \"u\", \"surface\": \"nowhere\"}",
        "{\"user\": \"u\", \"item\": \"five\"}",
        "{\"user\": \"u\", \"itemKey\": \" \"}",
        "{\"user\": \"u\", \"item\": 1, \"itemKey\": \"key 2\"}",
        "{\"user\": \"u\", \"outcomes\": {\"fly\": 1}}",
        "{\"user\": \"u\", \"outcomes\": {\"click\": -1}}",
        "{\"user\": \"u\", \"weights\": {\"click\": 1e30}}",
        "{\"user\": \"u\", \"weights\": {\"click\": \"NaN\"}}",
      })
  void inspect_ofNonsense_isRefusedWithOneSentence(String body) throws IOException {
    String answer = post("inspect", JSON, body);
    assertThat(answer).startsWith("HTTP/1.1 400 ");
    JsonNode error = body(answer);
    assertThat(error.fieldNames()).toIterable().containsExactly("error");
    assertThat(error.get("error").asText()).contains("expected").doesNotContain("io.unipin", "\n");
  }

  @Test
  void inspect_ofAUser_tellsEveryStep() throws IOException {
    JsonNode first = body(post("inspect", JSON, "{\"user\": \"v\", \"pageSize\": 3}"));
    assertThat(first.get("cache").asText()).isEqualTo("prefill");
    assertThat(first.get("candidates")).hasSize(20);
    assertThat(first.get("candidates").get(2).get("page").asInt()).isEqualTo(3);
    assertThat(first.get("candidates").get(3).get("page").asInt()).isZero();
    assertThat(first.get("item").isNull()).isTrue();
    assertThat(first.at("/utility/retrievalScore").asDouble()).isZero();
    assertThat(first.at("/utility/probabilities/click").asDouble()).isEqualTo(1);
    assertThat(first.at("/utility/probabilities").has("hide")).as("it weighs nothing").isFalse();
    JsonNode again = body(post("inspect", JSON, "{\"user\": \"v\", \"item\": 1}"));
    assertThat(again.get("cache").asText()).isEqualTo("hit");
    assertThat(again.get("item").get("verdict").asText()).isEqualTo("unknown");
    assertThat(again.get("stagesMs").has("encode")).isFalse();
    JsonNode keyed = body(post("inspect", JSON, "{\"user\": \"v\", \"itemKey\": \"key 2\"}"));
    assertThat(keyed.get("item").get("id").asText()).isEqualTo("1002");
    assertThat(keyed.get("item").get("key").asText()).isEqualTo("key 2");
    for (JsonNode candidate : keyed.get("candidates")) {
      int row = candidate.get("id").asInt() - 1000;
      assertThat(candidate.get("key").asText()).isEqualTo(row % 2 == 0 ? "key " + row : "");
    }
  }

  @Test
  void inspect_ofAUserInAnArm_servesWhatTheArmServes() throws IOException {
    String layers =
        "experiments.layers={l: {experiments: {e: {arms: {control: {},"
            + " other: {bundle: two, settings: {page: {size: 3}}}},"
            + " overrides: {tester: other, user: control}}}}}";
    Path other = folder.resolve("arms");
    try (UniPinServer server =
        TestServer.start(other, layers, "exposureLog.folder=" + other.resolve("exposures"))) {
      int port = server.consolePort().orElseThrow();
      JsonNode control = body(post(port, "inspect", JSON, "{\"user\": \"user\"}"));
      assertThat(control.get("bundle").asText()).isEqualTo("one");
      assertThat(onPage(control)).isEqualTo(5);
      JsonNode tester = body(post(port, "inspect", JSON, "{\"user\": \"tester\"}"));
      assertThat(tester.get("bundle").asText()).isEqualTo("two");
      assertThat(onPage(tester)).isEqualTo(3);
      assertThat(tester.get("experiments").get(0).get("arm").asText()).isEqualTo("other");
      JsonNode cached = body(post(port, "lookup", JSON, "{\"user\": \"tester\"}"));
      assertThat(cached.get("resident").asBoolean()).isTrue();
    }
  }

  private static long onPage(JsonNode inspection) {
    return StreamSupport.stream(inspection.get("candidates").spliterator(), false)
        .filter(item -> item.get("page").asInt() > 0)
        .count();
  }

  @Test
  void erase_reachesTheLogOfExposuresToo() throws IOException {
    String layers = "experiments.layers={l: {experiments: {e: {arms: {a: {}, b: {}}}}}}";
    Path other = folder.resolve("exposed");
    Path exposures = other.resolve("exposures");
    try (UniPinServer server = TestServer.start(other, layers, "exposureLog.folder=" + exposures);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      client.retrieveAndRank(
          RetrieveAndRankRequest.newBuilder()
              .setUser(UserContext.newBuilder().setUserId("gone"))
              .build());
      int port = server.consolePort().orElseThrow();
      assertThat(post(port, "erase", JSON, "{\"user\": \"gone\"}"))
          .endsWith("{\"existed\":true,\"unconfirmed\":[],\"unseen\":[]}");
    }
    try (Stream<Path> files = Files.list(exposures)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file)).doesNotContain("gone");
      }
    }
  }

  @Test
  void recall_outOfRange_isRefused() throws IOException {
    for (String form :
        List.of("{\"users\": 0, \"k\": 1}", "{\"users\": 1, \"k\": 2000}", "{\"users\": 1}")) {
      assertThat(post("recall", JSON, form)).startsWith("HTTP/1.1 400 ");
    }
    JsonNode recall = body(post("recall", JSON, "{\"users\": 4, \"k\": 5}"));
    assertThat(recall.get("mean").asDouble()).isEqualTo(1);
    assertThat(recall.get("stored").asBoolean()).isFalse();
  }

  @Test
  void tokens_guardTheAnswersButNotThePage() throws IOException {
    Path other = folder.resolve("other");
    Path file = folder.resolve("tokens");
    Files.write(
        file,
        List.of(
            TokenTable.line(Set.of(Role.SERVE, Role.ERASE), "feed"),
            TokenTable.line(Set.of(Role.ADMIN), "operator"),
            TokenTable.line(Set.of(Role.ADMIN, Role.ERASE), "both")));
    try (UniPinServer guarded = TestServer.start(other, "security.tokens=" + file)) {
      int port = guarded.consolePort().orElseThrow();
      assertThat(send(port, "GET / HTTP/1.1", "Host: localhost")).startsWith("HTTP/1.1 200 ");
      for (String header : List.of("X: y", "Authorization: Bearer 0", "Authorization: operator")) {
        for (String path : List.of("GET /api/status", "GET /api/none", "POST /api/erase")) {
          assertThat(send(port, path + " HTTP/1.1", "Host: localhost", header))
              .startsWith("HTTP/1.1 401 ");
        }
      }
      assertThat(status(port, "GET /api/status", "feed", "")).isEqualTo(403);
      assertThat(status(port, "GET /api/status", "operator", "")).isEqualTo(200);
      String user = "{\"user\": \"u\"}";
      assertThat(status(port, "POST /api/lookup", "operator", user)).isEqualTo(200);
      assertThat(status(port, "POST /api/erase", "operator", user)).isEqualTo(403);
      assertThat(status(port, "POST /api/erase", "feed", user)).isEqualTo(403);
      assertThat(status(port, "POST /api/erase", "both", user)).isEqualTo(200);
    }
  }

  private static int status(int port, String request, String token, String body)
      throws IOException {
    String answer =
        send(
            port,
            request + " HTTP/1.1",
            "Host: localhost",
            "Authorization: Bearer " + token,
            JSON,
            "Content-Length: " + body.length(),
            "\r\n" + body);
    return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
  }

  @Test
  void start_openToOthersWithoutToken_isRefused() throws IOException {
    Path other = folder.resolve("open");
    assertThatThrownBy(() -> TestServer.start(other, "console.host=0.0.0.0"))
        .isInstanceOf(ServingException.class)
        .hasMessage(
            "console.host: a loopback address expected without security.tokens, got '0.0.0.0'");
    try (UniPinServer without = start(other, "console.enabled=false")) {
      assertThat(without.consolePort()).isEmpty();
    }
  }

  /** Starts a server on a folder that already contains bundles. */
  private static UniPinServer start(Path folder, String setting) {
    return UniPinServer.start(TestServer.config(folder, setting));
  }

  private static JsonNode body(String answer) throws IOException {
    return new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
  }

  private static String post(String action, String type, String body) throws IOException {
    return post(server.consolePort().orElseThrow(), action, type, body);
  }

  private static String post(int port, String action, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String header = type.isEmpty() ? "X-None: 1" : type;
    return send(
        port,
        "POST /api/" + action + " HTTP/1.1",
        "Host: localhost",
        header,
        "Content-Length: " + bytes.length,
        "\r\n" + body);
  }

  private static String send(String... lines) throws IOException {
    return send(server.consolePort().orElseThrow(), lines);
  }

  /**
   * Sends a request with these lines and returns the whole answer. The last line may contain the
   * body.
   */
  private static String send(int port, String... lines) throws IOException {
    String request = String.join("\r\n", lines).replaceFirst("\r\n", "\r\nConnection: close\r\n");
    String whole = request.contains("\r\n\r\n") ? request : request + "\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(whole.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
