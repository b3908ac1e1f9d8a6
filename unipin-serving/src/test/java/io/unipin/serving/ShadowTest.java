package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.CacheStatus;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.BundleException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ShadowTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final int USERS = 5;

  @TempDir Path folder;

  private static RecordActionsRequest actions(String user, int from, int count) {
    UserActions.Builder actions = UserActions.newBuilder().setUserId(user);
    for (int i = from; i < from + count; i++) {
      actions.addActions(
          Action.newBuilder()
              .setItemId(1000 + i % 20)
              .addActions("click")
              .setTimeMs(NOW - 1000 + i)
              .setEventId("e" + i));
    }
    return RecordActionsRequest.newBuilder().addUsers(actions).build();
  }

  /**
   * Requests three pages for every user, and records an action between two pages. Returns the
   * answers without times and ids.
   */
  private static List<RetrieveAndRankResponse> session(UniPinServer server) {
    List<RetrieveAndRankResponse> pages = new ArrayList<>();
    try (UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      for (int user = 0; user < USERS; user++) {
        client.recordActions(actions("u" + user, 0, 4));
        RetrieveAndRankRequest.Builder request =
            RetrieveAndRankRequest.newBuilder()
                .setRequestId("r")
                .setUser(UserContext.newBuilder().setUserId("u" + user).setTimeMs(NOW));
        RetrieveAndRankResponse first = client.retrieveAndRank(request.build());
        request.setPageCursor(first.getNextPageCursor());
        RetrieveAndRankResponse second = client.retrieveAndRank(request.build());
        client.recordActions(actions("u" + user, 4, 1));
        RetrieveAndRankResponse third = client.retrieveAndRank(request.clearPageCursor().build());
        for (RetrieveAndRankResponse page : List.of(first, second, third)) {
          RetrieveAndRankResponse.Builder bare = page.toBuilder().clearNextPageCursor();
          bare.getServedBuilder().clearStagesMs().clearConfig();
          pages.add(bare.build());
        }
      }
    }
    return pages;
  }

  private static double metric(UniPinServer server, String name) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics"))
            .build();
    String body =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return body.lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private List<String> served(String from) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve(from).resolve("served"))) {
      for (Path file : files.sorted().toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    return lines;
  }

  private static CacheStatus cache(UniPinServer server) {
    try (UniPinAdminClient admin = UniPinAdminClient.connect("127.0.0.1:" + server.adminPort())) {
      return admin.cache();
    }
  }

  @Test
  void shadow_answersEveryPageAndChangesNone() throws Exception {
    // Without this setting, recorded actions might be encoded before the next page. Then the cache
    // outcome would depend on timing.
    String[] alone = {"cache.appendOnRecord=false"};
    String[] shadowed = {"cache.appendOnRecord=false", "shadow.bundle=two", "shadow.budget=4MiB"};
    List<RetrieveAndRankResponse> expected;
    CacheStatus expectedCache;
    try (UniPinServer server = TestServer.start(folder.resolve("alone"), alone)) {
      expected = session(server);
      expectedCache = cache(server);
    }
    try (UniPinServer server = TestServer.start(folder.resolve("shadowed"), shadowed)) {
      assertThat(session(server)).isEqualTo(expected);
      while (metric(server, "unipin_shadow_seconds_count") < 3 * USERS) {
        Thread.onSpinWait();
      }
      assertThat(metric(server, "unipin_shadow_failures_total")).isZero();
      assertThat(metric(server, "unipin_shadow_overlap_count")).isEqualTo(3 * USERS);
      assertThat(metric(server, "unipin_shadow_overlap_sum")).isBetween(0.0, 3 * USERS - 0.2);
      assertThat(cache(server)).isEqualTo(expectedCache);
      try (UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
        assertThat(client.eraseUser("u0")).isTrue();
      }
    }
    List<String> live =
        served("shadowed").stream().filter(line -> !line.contains("\"u0\"")).toList();
    assertThat(live)
        .containsExactlyInAnyOrderElementsOf(
            served("alone").stream().filter(line -> !line.contains("\"u0\"")).toList());
  }

  @Test
  void shadow_ofTheSameBundle_overlapsEntirely() throws Exception {
    try (UniPinServer server =
        TestServer.start(folder, "shadow.bundle=one", "shadow.budget=4MiB")) {
      session(server);
      while (metric(server, "unipin_shadow_seconds_count") < 3 * USERS) {
        Thread.onSpinWait();
      }
      assertThat(metric(server, "unipin_shadow_overlap_sum")).isGreaterThan(2 * USERS);
    }
  }

  /** The copies of the smaller requests fit one after the other, but not all at the same time. */
  @Test
  void shadow_copiesBeyondTheirBytes_areDroppedAndCounted() throws Exception {
    try (UniPinServer server =
            TestServer.start(
                folder, "shadow.bundle=two", "shadow.budget=4MiB", "shadow.transientBudget=64KiB");
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      client.retrieveAndRank(large(700));
      assertThat(metric(server, "unipin_shadow_failures_total{reason=\"overloaded\"")).isEqualTo(1);
      for (int answered = 1; answered <= 4; answered++) {
        client.retrieveAndRank(large(300));
        while (metric(server, "unipin_shadow_seconds_count") < answered) {
          Thread.onSpinWait();
        }
      }
      assertThat(metric(server, "unipin_shadow_failures_total")).isEqualTo(1);
    }
  }

  /** Returns a request with so many texts of 100 letters. */
  private static RetrieveAndRankRequest large(int texts) {
    RetrieveAndRankRequest.Builder request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId("u").setTimeMs(NOW));
    for (int i = 0; i < texts; i++) {
      request.getPreferencesBuilder().addExcludedItemKeys("k".repeat(96) + (1000 + i));
    }
    return request.build();
  }

  @Test
  void shadow_ofAPartOfUsers_copiesAllOfAUserOrNothing() throws Exception {
    try (UniPinServer server =
        TestServer.start(folder, "shadow.bundle=two", "shadow.budget=4MiB", "shadow.percent=0")) {
      session(server);
      assertThat(metric(server, "unipin_shadow_seconds_count")).isZero();
    }
  }

  @Test
  void shadow_ofAMissingBundle_endsTheStart() {
    assertThatThrownBy(() -> TestServer.start(folder, "shadow.bundle=three"))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("three");
  }
}
