package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.ArmAssignment;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.BundleException;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ExperimentServingTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long DAY = 86_400_000L;
  private static final String LAYERS =
      "experiments.layers={model: {experiments: {bundles: {arms: {control: {}, other: {bundle: two}}}}},"
          + " page: {experiments: {sizes: {arms: {control: {}, small: {settings: {page: {size: 3}}}},"
          + " overrides: {tester: small}}}},"
          + " weights: {experiments: {saves: {rollout: 50, arms: {control: {},"
          + " double: {settings: {ranking: {utilityWeights: {click: 0, save: 2}}}}}}}}}";

  @TempDir Path folder;

  private UniPinServer start(String... overrides) {
    Path exposures = folder.resolve("exposures");
    return TestServer.start(
        folder,
        Stream.concat(Stream.of("exposureLog.folder=" + exposures), Stream.of(overrides))
            .toArray(String[]::new));
  }

  private static UserContext user(String id, long timeMs) {
    return UserContext.newBuilder().setUserId(id).setTimeMs(timeMs).build();
  }

  private static RetrieveAndRankRequest page(String id, long timeMs) {
    return RetrieveAndRankRequest.newBuilder().setUser(user(id, timeMs)).build();
  }

  private static Map<String, String> arms(Served served) {
    Map<String, String> arms = new TreeMap<>();
    served.getExperimentsList().forEach(arm -> arms.put(arm.getExperiment(), arm.getArm()));
    return arms;
  }

  private List<JsonNode> exposures() throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve("exposures"))) {
      for (Path file : files.sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          entries.add(new ObjectMapper().readTree(line));
        }
      }
    }
    return entries;
  }

  @Test
  void arms_decideBundleAndSettings() {
    try (UniPinServer server = start(LAYERS);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        RetrieveAndRankResponse response = client.retrieveAndRank(page("u" + i, NOW));
        Served served = response.getServed();
        Map<String, String> arms = arms(served);
        assertThat(served.getBundle())
            .isEqualTo("other".equals(arms.get("bundles")) ? "two" : "one");
        assertThat(response.getItemsCount()).isEqualTo("small".equals(arms.get("sizes")) ? 3 : 5);
        ScoredItem best = response.getItems(0);
        float saves = best.getProbabilitiesOrThrow("save");
        float clicks = best.getProbabilitiesOrThrow("click");
        assertThat(best.getUtility())
            .isEqualTo("double".equals(arms.get("saves")) ? 2 * saves : clicks + saves);
        String label =
            arms.entrySet().stream()
                .map(Map.Entry::toString)
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        assertThat(List.of(served.getArm().split(","))).containsExactlyInAnyOrder(label.split(","));
        assertThat(served.getExperimentsList()).noneMatch(ArmAssignment::getOverridden);
        seen.addAll(List.of(label.split(",")));
      }
      assertThat(seen)
          .contains(
              "bundles=control",
              "bundles=other",
              "sizes=control",
              "sizes=small",
              "saves=control",
              "saves=double");
    }
  }

  @Test
  void request_thatSaysWhatItWants_getsIt() {
    try (UniPinServer server = start(LAYERS);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      RetrieveAndRankResponse small = client.retrieveAndRank(page("tester", NOW));
      assertThat(small.getItemsCount()).isEqualTo(3);
      assertThat(small.getServed().getExperimentsList())
          .anyMatch(arm -> arm.getExperiment().equals("sizes") && arm.getOverridden());
      RetrieveAndRankRequest four = page("tester", NOW).toBuilder().setPageSize(4).build();
      assertThat(client.retrieveAndRank(four).getItemsCount()).isEqualTo(4);
    }
  }

  @Test
  void exposures_areLoggedOncePerDayWhereTheArmTakesEffect() throws IOException {
    try (UniPinServer server = start(LAYERS);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      client.rank(RankRequest.newBuilder().setUser(user("u1", NOW)).addItemIds(1).build());
      client.retrieve(RetrieveRequest.newBuilder().setUser(user("u2", NOW)).build());
      for (int i = 0; i < 3; i++) {
        client.retrieveAndRank(page("u3", NOW + i));
        client.retrieveAndRank(page("u3", NOW + DAY + i));
      }
      client.retrieveAndRank(page("u4", NOW).toBuilder().setPageSize(4).build());
    }
    List<JsonNode> logged = exposures();
    assertThat(experiments(logged, "u1")).contains("bundles").doesNotContain("sizes");
    assertThat(experiments(logged, "u2")).containsExactly("bundles");
    assertThat(experiments(logged, "u3").stream().filter("sizes"::equals)).hasSize(2);
    assertThat(experiments(logged, "u4")).contains("bundles").doesNotContain("sizes");
    JsonNode entry = logged.get(0);
    assertThat(entry.path("salt").asText()).isEqualTo("unipin");
    assertThat(entry.path("timeMs").asLong()).isEqualTo(NOW);
    assertThat(entry.path("bundle").asText()).isIn("one", "two");
    assertThat(entry.path("index").asText()).isNotEmpty();
    assertThat(entry.path("config").asText()).isNotEmpty();
    assertThat(entry.path("requestId").asText()).isNotEmpty();
  }

  private static List<String> experiments(List<JsonNode> entries, String user) {
    return entries.stream()
        .filter(entry -> entry.path("user").asText().equals(user))
        .map(entry -> entry.path("experiment").asText())
        .toList();
  }

  @Test
  void erasure_reachesExposuresAndTheReturningUserIsLoggedAgain() throws IOException {
    try (UniPinServer server = start(LAYERS);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      client.retrieveAndRank(page("gone", NOW));
      assertThat(client.eraseUser("gone")).isTrue();
      assertThat(exposures()).isEmpty();
      client.retrieveAndRank(page("gone", NOW));
    }
    assertThat(experiments(exposures(), "gone")).contains("bundles", "sizes");
  }

  @Test
  void holdout_getsTheServersOwnSettings() {
    try (UniPinServer server = start(LAYERS, "experiments.holdout=100");
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      for (int i = 0; i < 10; i++) {
        RetrieveAndRankResponse response = client.retrieveAndRank(page("u" + i, NOW));
        assertThat(response.getServed().getArm()).isEqualTo("holdout=out");
        assertThat(response.getServed().getBundle()).isEqualTo("one");
        assertThat(response.getItemsCount()).isEqualTo(5);
      }
    }
  }

  @Test
  void slateRules_ofAnArm_nameWhatTheyRemoved() {
    String layers =
        "experiments.layers={l: {experiments: {rules: {arms: {capped: {settings: {retrieval: {candidates: 60}, slate: {perCategory: 2,"
            + " blockedItems: [1003]}}}}}}}}";
    try (UniPinServer server = start(layers);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      RetrieveAndRankResponse response = client.retrieveAndRank(page("u", NOW));
      // All items have the same category, so the category cap bounds the whole page.
      assertThat(response.getItemsCount()).isEqualTo(2);
      assertThat(response.getRemovedList())
          .filteredOn(removed -> removed.getItemId() != 1003)
          .hasSize(57)
          .allMatch(removed -> removed.getRule().equals("category_cap"));
      assertThat(response.getRemovedList())
          .filteredOn(removed -> removed.getItemId() == 1003)
          .singleElement()
          .matches(removed -> removed.getRule().equals("blocked_item"));
      assertThat(response.getNextPageCursor()).isNotEmpty();
    }
  }

  @Test
  void arms_haveMetrics() throws Exception {
    try (UniPinServer server = start(LAYERS);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      IntStream.range(0, 20).forEach(i -> client.retrieveAndRank(page("u" + i, NOW)));
      String metrics =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      assertThat(metrics)
          .contains(
              "unipin_arms_seconds_count{arm=\"small\",cache=\"prefill\",experiment=\"sizes\"}",
              "unipin_exposures_dropped_total 0.0");
    }
  }

  @Test
  void settings_thatAreWrong_areRefusedWithTheArm() {
    assertThatThrownBy(() -> config("{settings: {page: {size: 0}}}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageEndingWith(
            "experiments.layers.l.experiments.e.arms.a.settings.page.size: 1 to 200 expected, got 0");
    assertThatThrownBy(() -> config("{settings: {retrieval: {candidates: many}}}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("retrieval.candidates: a whole number expected, got \"many\"");
  }

  private ServerConfig config(String arm) {
    return TestServer.config(
        folder, "experiments.layers={l: {experiments: {e: {arms: {a: " + arm + "}}}}}");
  }

  @Test
  void bundles_thatDoNotExistOrFit_endTheStart() {
    start().close();
    assertThatThrownBy(() -> UniPinServer.start(config("{bundle: three}")))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("three");
    assertThatThrownBy(
            () -> UniPinServer.start(config("{settings: {ranking: {utilityWeights: {like: 1}}}}")))
        .hasMessageContaining("got like");
  }
}
