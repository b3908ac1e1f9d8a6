package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import io.unipin.client.ReplicaOrder;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.rpc.FaultyServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests the clients of other languages with a fleet of three servers: which server gets a user's
 * calls, and when a call is repeated. {@code FleetClientTest} tests the Java client.
 */
@Timeout(120)
final class ClientFleetTest {
  private static final int USERS = 20;

  @TempDir Path folder;
  private final List<FaultyServer> servers = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      servers.add(FaultyServer.start(name));
    }
  }

  @AfterEach
  void stop() {
    servers.forEach(FaultyServer::close);
  }

  private List<String> addresses() {
    return servers.stream().map(FaultyServer::address).toList();
  }

  private List<JsonNode> outcomes(ClientLanguage language, List<JsonNode> cases) {
    ObjectNode known = Conformance.JSON.createObjectNode();
    known.putObject("fleet").put("address", String.join(",", addresses()));
    return language.outcomes(folder, known, cases);
  }

  private static JsonNode erasure(String user) {
    ObjectNode test = Conformance.JSON.createObjectNode();
    test.put("name", user).put("server", "fleet").put("rpc", "EraseUser");
    test.putObject("request").put("userId", user);
    return test;
  }

  private static JsonNode record(String user, String event) {
    ObjectNode test = Conformance.JSON.createObjectNode();
    test.put("name", user).put("server", "fleet").put("rpc", "RecordActions");
    ObjectNode actions = test.putObject("request").putArray("users").addObject();
    actions.put("userId", user).putArray("actions").addObject().put("eventId", event);
    return test;
  }

  private static String confirmed(JsonNode outcome) {
    assertThat(outcome.has("answers")).as(outcome.toString()).isTrue();
    return outcome.at("/answers/0/confirmed/0").asText();
  }

  /** Returns the servers in the order in which a user prefers them. */
  private List<FaultyServer> order(String user) {
    return ReplicaOrder.of(user, addresses()).stream()
        .map(address -> servers.get(addresses().indexOf(address)))
        .toList();
  }

  private String name(FaultyServer server) {
    return List.of("a", "b", "c").get(servers.indexOf(server));
  }

  private static List<String> users() {
    return IntStream.range(0, USERS).mapToObj(n -> "user-" + n).toList();
  }

  @ParameterizedTest
  @EnumSource
  void calls_ofAUser_goToTheReplicaThatTheJavaClientChooses(ClientLanguage language) {
    List<String> expected = users().stream().map(user -> name(order(user).get(0))).toList();
    assertThat(expected).contains("a", "b", "c");
    List<JsonNode> cases = users().stream().map(ClientFleetTest::erasure).toList();
    assertThat(outcomes(language, cases).stream().map(ClientFleetTest::confirmed).toList())
        .isEqualTo(expected);
    List<String> headers =
        users().stream()
            .map(user -> Hashing.sha256().hashString(user, StandardCharsets.UTF_8).toString())
            .map(hash -> hash.substring(0, 8) + " first")
            .toList();
    assertThat(servers.stream().flatMap(server -> server.calls().stream()).toList())
        .extracting(call -> call.user() + " " + call.route())
        .containsExactlyInAnyOrderElementsOf(headers);
  }

  @ParameterizedTest
  @EnumSource
  void calls_replicasThatDrainOrAreAway_goToTheNextOne(ClientLanguage language) {
    FaultyServer draining = servers.get(0);
    draining.health(false);
    servers.get(1).close();
    List<JsonNode> cases = users().stream().map(ClientFleetTest::erasure).toList();
    assertThat(outcomes(language, cases).stream().map(ClientFleetTest::confirmed).toList())
        .hasSize(USERS)
        .containsOnly("c");
    assertThat(draining.calls()).isEmpty();
    assertThat(servers.get(2).calls())
        .extracting(FaultyServer.Call::route)
        .contains("first", "other");
  }

  @ParameterizedTest
  @EnumSource
  void call_replicaThatFallsSilent_endsAndGoesToTheNextOne(ClientLanguage language) {
    List<FaultyServer> order = order("u");
    order.get(0).freeze();
    assertThat(outcomes(language, List.of(erasure("u"), erasure("u"))))
        .extracting(ClientFleetTest::confirmed)
        .containsOnly(name(order.get(1)));
    assertThat(order.get(0).calls()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void call_replicaWithoutRoom_isRepeatedAtTheNextOneAfterTheAskedPause(ClientLanguage language) {
    List<FaultyServer> order = order("u");
    Duration pause = Duration.ofMillis(300);
    order.get(0).fail(1, ServingException.overloaded("busy", pause));
    assertThat(confirmed(outcomes(language, List.of(erasure("u"))).get(0)))
        .isEqualTo(name(order.get(1)));
    long first = order.get(0).calls().get(0).nanos();
    FaultyServer.Call second = order.get(1).calls().get(0);
    assertThat(second.nanos() - first).isGreaterThanOrEqualTo(pause.toNanos());
    assertThat(second.route()).isEqualTo("other");
  }

  @ParameterizedTest
  @EnumSource
  void call_thatCouldCountTwice_isNotRepeated(ClientLanguage language) {
    FaultyServer first = order("u").get(0);
    first.fail(2, new ServingException(FailureKind.UNAVAILABLE, "gone"));
    List<JsonNode> outcomes = outcomes(language, List.of(record("u", ""), record("u", "event")));
    assertThat(outcomes.get(0).path("code").asText()).isEqualTo("UNAVAILABLE");
    assertThat(outcomes.get(0).path("message").asText()).isEqualTo("gone");
    assertThat(outcomes.get(1).at("/answers/0/recorded").asInt()).isEqualTo(1);
    assertThat(first.calls()).hasSize(2);
  }

  /** The pause would end after the deadline, so the client does not wait for it. */
  @ParameterizedTest
  @EnumSource
  void call_pauseBeyondTheDeadline_failsWithTheServersError(ClientLanguage language) {
    FaultyServer first = order("u").get(0);
    first.fail(1, ServingException.overloaded("busy", Duration.ofHours(1)));
    JsonNode outcome = outcomes(language, List.of(erasure("u"))).get(0);
    assertThat(outcome.path("kind").asText()).isEqualTo("OVERLOADED");
    assertThat(outcome.path("retryAfterMs").asLong()).isEqualTo(3_600_000);
    assertThat(servers.stream().mapToInt(server -> server.calls().size()).sum()).isEqualTo(1);
  }
}
