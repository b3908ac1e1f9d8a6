package io.unipin.serving.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.serving.TestServer;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the requests by which the console's view of a feed changes actions and items. */
@Timeout(60)
final class FeedChangesTest {
  private static final String LAYERS =
      "experiments.layers={l: {experiments: {e: {rollout: 0, arms: {control: {},"
          + " other: {bundle: two, settings: {page: {size: 3}}}}}}},"
          + " m: {experiments: {f: {arms: {only: {}}}}}}";

  @TempDir static Path folder;
  private static UniPinServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder, LAYERS);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void action_isReadByTheNextPage_untilItIsTakenBack() throws Exception {
    JsonNode before = ok("inspect", "{'user': 'actor'}");
    String best = onPage(before).get(0);
    String action = "{'user': 'actor', 'item': %s, 'actions': ['click', 'save']}".formatted(best);
    String event = ok("act", action).get("event").asText();
    assertThat(event).isNotEmpty();

    JsonNode after = ok("inspect", "{'user': 'actor', 'explained': [%s]}".formatted(best));
    assertThat(after.get("lifetime").asInt()).isEqualTo(1);
    JsonNode read = after.at("/history/0");
    assertThat(read.get("id").asText()).isEqualTo(best);
    assertThat(read.get("actions").toString()).isEqualTo("[\"click\",\"save\"]");
    assertThat(read.get("surface").asText()).isEqualTo("home");
    assertThat(onPage(after)).doesNotContain(best);
    assertThat(after.at("/explained/0/verdict").asText()).isEqualTo("seen");
    assertThat(after.get("item").isNull()).isTrue();

    String taken = "{'user': 'actor', 'event': '%s'}".formatted(event);
    assertThat(ok("retract", taken).get("retracted").asBoolean()).isTrue();
    assertThat(ok("retract", taken).get("retracted").asBoolean()).isFalse();
    assertThat(onPage(ok("inspect", "{'user': 'actor'}"))).isEqualTo(onPage(before));
  }

  @Test
  void action_isCountedLikeThatOfACall() throws Exception {
    double before = recorded();
    ok("act", "{'user': 'counted', 'item': 1001, 'actions': [], 'surface': 'search'}");
    assertThat(recorded()).isEqualTo(before + 1);
    JsonNode read = ok("inspect", "{'user': 'counted'}").at("/history/0");
    assertThat(read.get("surface").asText()).isEqualTo("search");
    assertThat(read.get("actions")).isEmpty();
  }

  private static double recorded() throws Exception {
    URI metrics = URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith("unipin_actions") && line.contains("\"recorded\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "act     | {}                                                   | user",
        "act     | {'user': 'u', 'actions': ['click']}                  | item",
        "act     | {'user': 'u', 'item': 'one', 'actions': ['click']}   | item",
        "act     | {'user': 'u', 'item': 1001, 'actions': ['fly']}      | actions",
        "act     | {'user': 'u', 'item': 1001, 'actions': [null]}       | actions",
        "act     | {'user': 'u', 'item': 1001, 'actions': ['click', 'click']} | actions",
        "act     | {'user': 'u', 'item': 1001, 'surface': 'nowhere'}    | surface",
        "retract | {'user': 'u'}                                        | event",
        "put     | {}                                                   | item",
        "put     | {'item': 5}                                          | item",
        "put     | {'item': {'nothing': 1}}                             | item",
        "hide    | {}                                                   | item",
        "hide    | {'item': 'one'}                                      | item",
        "restore | {'item': 1}                                          | upserts",
        "inspect | {'user': 'u', 'arm': 'e=none'}                       | arm",
        "inspect | {'user': 'u', 'explained': [null]}                   | explained",
      })
  void nonsense_isRefusedWithTheField(String action, String body, String field) throws Exception {
    HttpResponse<String> answer = post(server, action, body, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    String error = json(answer).get("error").asText();
    assertThat(error).contains(field).contains("expected").doesNotContain("io.unipin");
  }

  @Test
  void hide_takesAnItemFromEveryPage_untilItIsRestored() throws Exception {
    String user = "{'user': 'hider', 'explained': [%s]}";
    String best = onPage(ok("inspect", "{'user': 'hider'}")).get(0);
    String item = "{'item': %s}".formatted(best);
    JsonNode hidden = ok("hide", item);
    assertThat(hidden.at("/verdict/outcome").asText()).isEqualTo("deleted");
    assertThat(hidden.get("kept").asText()).isEmpty();
    JsonNode without = ok("inspect", user.formatted(best));
    assertThat(onPage(without)).doesNotContain(best);
    assertThat(without.at("/explained/0/verdict").asText()).isEqualTo("deleted");
    assertThat(without.at("/explained/0/reason").asText()).isNotEmpty();
    assertThat(ok("hide", item).at("/verdict/outcome").asText()).isEqualTo("absent");
    assertThat(ok("restore", item).get("id").asText()).isEqualTo(best);
    assertThat(onPage(ok("inspect", "{'user': 'hider'}"))).startsWith(best);
  }

  @Test
  void put_givesTheVerdict_andHidingGivesTheItemBack() throws Exception {
    JsonNode put = ok("put", "{'item': {'key': 'new one', 'title': 'New', 'category': 'all'}}");
    assertThat(put.get("outcome").asText()).as("no content").isEqualTo("not_served");
    assertThat(put.get("key").asText()).isEqualTo("new one");
    assertThat(put.get("reason").asText()).contains("expected");
    JsonNode refused = ok("put", "{'item': {'id': 7, 'expires_ms': 5}}");
    assertThat(refused.get("outcome").asText()).isEqualTo("refused");
    assertThat(refused.get("reason").asText()).isNotEmpty();
    JsonNode named = ok("put", "{'item': {'id': 1, 'key': 'key 2'}}");
    assertThat(named.get("outcome").asText()).isEqualTo("refused");
    assertThat(named.get("reason").asText()).startsWith("key: no key beside the id 1 expected");
    JsonNode hidden = ok("hide", "{'item': %s}".formatted(put.get("id").asText()));
    assertThat(hidden.at("/verdict/outcome").asText()).isEqualTo("deleted");
    JsonNode kept = new ObjectMapper().readTree(hidden.get("kept").asText());
    assertThat(kept.get("title").asText()).isEqualTo("New");
    JsonNode again = ok("put", "{'item': " + kept + "}");
    assertThat(again.get("id").asText()).isEqualTo(put.get("id").asText());
  }

  @Test
  void arm_isShownWithoutAssigningTheUser() throws Exception {
    JsonNode own = ok("inspect", "{'user': 'chooser'}");
    JsonNode other = ok("inspect", "{'user': 'chooser', 'arm': 'e=other'}");
    assertThat(own.get("bundle").asText()).isEqualTo("one");
    assertThat(onPage(own)).hasSize(5);
    assertThat(other.get("bundle").asText()).isEqualTo("two");
    assertThat(onPage(other)).hasSize(3);
    assertThat(arms(own)).containsExactly("f=only");
    assertThat(arms(other)).containsExactlyInAnyOrder("e=other", "f=only");
    assertThat(arms(ok("inspect", "{'user': 'chooser'}"))).containsExactly("f=only");
    JsonNode status = new ObjectMapper().readTree(get("status"));
    assertThat(status.get("arms").toString()).isEqualTo("[\"e=control\",\"e=other\",\"f=only\"]");
    assertThat(status.get("contentDim").asInt()).isZero();
  }

  private static List<String> arms(JsonNode inspection) {
    List<String> arms = new ArrayList<>();
    for (JsonNode it : inspection.get("experiments")) {
      arms.add(it.get("experiment").asText() + "=" + it.get("arm").asText());
    }
    return arms;
  }

  @Test
  void roles_allowActionsOnlyToWhoMayRecord() throws Exception {
    Path other = folder.resolve("other");
    Path file = folder.resolve("tokens");
    Files.write(
        file,
        List.of(
            TokenTable.line(Set.of(Role.RECORD), "app"),
            TokenTable.line(Set.of(Role.ADMIN), "operator"),
            TokenTable.line(Set.of(Role.ADMIN, Role.RECORD), "both")));
    try (UniPinServer guarded = TestServer.start(other, "security.tokens=" + file)) {
      String act = "{'user': 'u', 'item': 1001, 'actions': ['click']}";
      String retract = "{'user': 'u', 'event': 'e'}";
      for (String token : List.of("app", "operator")) {
        assertThat(post(guarded, "act", act, token).statusCode()).as(token).isEqualTo(403);
        assertThat(post(guarded, "retract", retract, token).statusCode()).isEqualTo(403);
      }
      assertThat(post(guarded, "act", act, "").statusCode()).isEqualTo(401);
      assertThat(post(guarded, "act", act, "both").statusCode()).isEqualTo(200);
      assertThat(post(guarded, "retract", retract, "both").statusCode()).isEqualTo(200);
      for (String action : List.of("hide", "restore", "put")) {
        String item = action.equals("put") ? "{'item': {'id': 7}}" : "{'item': 1001}";
        assertThat(post(guarded, action, item, "app").statusCode()).as(action).isEqualTo(403);
        assertThat(post(guarded, action, item, "operator").statusCode()).as(action).isEqualTo(200);
      }
    }
  }

  /** Returns the ids of the items on an inspected page, the first item first. */
  private static List<String> onPage(JsonNode inspection) {
    List<String> ids = new ArrayList<>();
    for (int place = 1; ; place++) {
      int before = ids.size();
      for (JsonNode item : inspection.get("candidates")) {
        if (item.get("page").asInt() == place) {
          ids.add(item.get("id").asText());
        }
      }
      if (ids.size() == before) {
        return ids;
      }
    }
  }

  private static JsonNode ok(String action, String body) throws Exception {
    HttpResponse<String> answer = post(server, action, body, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json(answer);
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    return new ObjectMapper().readTree(answer.body());
  }

  private static String get(String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(address(server, path)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private static URI address(UniPinServer server, String path) {
    int port = server.consolePort().orElseThrow();
    return URI.create("http://127.0.0.1:" + port + "/api/" + path);
  }

  /** Posts JSON, in which single quotes stand for double quotes. */
  private static HttpResponse<String> post(
      UniPinServer server, String action, String body, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address(server, action))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
