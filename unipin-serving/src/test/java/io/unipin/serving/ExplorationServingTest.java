package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.UniPinClient;
import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountTables;
import io.unipin.counts.ShownCounts;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RemovedItem;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.log.ServedChoice;
import io.unipin.serving.log.ServedChoices;
import io.unipin.serving.log.ServedLogExport;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ExplorationServingTest {
  private static final long NOW = 1_700_000_000_000L;

  /** A time after all requests. */
  private static final long LATER = NOW + 1;

  private static final String[] OFTEN = {
    "slate.exploration.share=0.5",
    "slate.exploration.temperature=1",
    "slate.exploration.logCandidates=true",
    "cache.appendOnRecord=false"
  };

  @TempDir Path folder;

  private static RetrieveAndRankRequest.Builder request(String user, String id) {
    return RetrieveAndRankRequest.newBuilder()
        .setRequestId(id)
        .setUser(UserContext.newBuilder().setUserId(user).setTimeMs(NOW));
  }

  /** Returns an answer without the fields that may differ when the same request is repeated. */
  private static RetrieveAndRankResponse lasting(RetrieveAndRankResponse page) {
    RetrieveAndRankResponse.Builder lasting = page.toBuilder().setNextPageCursor("");
    lasting.getServedBuilder().clearStagesMs().clearConfig().clearCache().clearEncodedActions();
    return lasting.build();
  }

  /** Requests pages for several users and surfaces. Some requests are sent twice. */
  private static void browse(UniPinClient client, String prefix) {
    for (int i = 0; i < 30; i++) {
      RetrieveAndRankRequest.Builder request = request("u" + i % 4, prefix + i);
      request.getUserBuilder().setSurface(i % 3 == 0 ? "search" : "");
      RetrieveAndRankResponse page = client.retrieveAndRank(request.build());
      if (i % 5 == 0) {
        client.retrieveAndRank(request.build());
      }
      request.setRequestId(prefix + i + "-next").setPageCursor(page.getNextPageCursor());
      client.retrieveAndRank(request.build());
    }
  }

  @Test
  void pages_withoutExploration_areByteForByteAsBefore() throws Exception {
    byte[][] answers = new byte[2][];
    String[][] settings = {{}, {"slate.exploration.bonus=3", "slate.exploration.pool=7"}};
    for (int i = 0; i < 2; i++) {
      try (UniPinServer server = TestServer.start(folder.resolve("s" + i), settings[i]);
          UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
        RetrieveAndRankResponse page = client.retrieveAndRank(request("u", "r").build());
        assertThat(page.getItemsList()).hasSize(5).noneMatch(ScoredItem::hasPropensity);
        assertThat(page.getServed().getImpressions()).isZero();
        answers[i] = lasting(page).toByteArray();
        assertThat(server.impressions().figures().counted()).isZero();
      }
      assertThat(folder.resolve("s" + i + "/history-items")).exists();
      assertThat(folder.resolve("s" + i + "/history-impressions")).doesNotExist();
      assertThat(logged(folder.resolve("s" + i + "/served")))
          .contains("view")
          .doesNotContain("draws");
    }
    assertThat(answers[0]).isEqualTo(answers[1]);
  }

  /** Returns all lines of a served log. */
  private static String logged(Path served) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(served)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @Test
  void pages_withExploration_nameDrawnItemsRuleAndPropensity() throws Exception {
    try (UniPinServer plain = TestServer.start(folder.resolve("plain"));
        UniPinServer server = TestServer.start(folder.resolve("drawn"), OFTEN);
        UniPinClient before = UniPinClient.connect("127.0.0.1:" + plain.port());
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      List<ScoredItem> ruled = before.retrieveAndRank(request("u", "r").build()).getItemsList();
      int explored = 0;
      // Counts repeated requests that met the same generation of the impression counts. This
      // generation can change every five seconds.
      int repeated = 0;
      for (int i = 0; i < 20; i++) {
        RetrieveAndRankResponse page = client.retrieveAndRank(request("u", "r" + i).build());
        assertThat(page.getServed().getImpressions()).isPositive();
        for (int place = 0; place < 5; place++) {
          ScoredItem item = page.getItems(place);
          assertThat(item.getPropensity()).isBetween(1e-9, 1.0);
          boolean drawn = item.getRule().equals("exploration");
          explored += drawn ? 1 : 0;
          assertThat(item.getItemId() == ruled.get(place).getItemId()).isEqualTo(!drawn);
          long gone = ruled.get(place).getItemId();
          assertThat(page.getRemovedList().stream().anyMatch(removed -> isDrawn(removed, gone)))
              .isEqualTo(drawn);
        }
        RetrieveAndRankResponse again = client.retrieveAndRank(request("u", "r" + i).build());
        if (again.getServed().getImpressions() == page.getServed().getImpressions()) {
          assertThat(again.getItemsList()).isEqualTo(page.getItemsList());
          repeated++;
        }
      }
      assertThat(explored).isBetween(20, 80); // 50 are expected, half of 100 positions
      assertThat(repeated).isPositive();
      assertThat(metrics(server)).contains("unipin_explored_total");
      assertThat(inspected(server)).contains("\"rule\":\"exploration\"");
    }
  }

  private static boolean isDrawn(RemovedItem removed, long id) {
    return removed.getItemId() == id && removed.getRule().equals("exploration");
  }

  private static String metrics(UniPinServer server) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics");
    return send(HttpRequest.newBuilder(uri).build());
  }

  private static String inspected(UniPinServer server) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.consolePort().orElseThrow() + "/api/inspect");
    return send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"user\":\"u\"}"))
            .build());
  }

  private static String send(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  /**
   * The server's counts must equal those of the exported log, and so must the tables of counts that
   * are built from the log. The requests include retries, several surfaces and a restart.
   */
  @Test
  void counts_live_equalThoseOfTheExportedLog() throws Exception {
    Map<String, Long> live = new TreeMap<>();
    try (UniPinServer server = TestServer.start(folder, OFTEN);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      browse(client, "a");
      server.impressions().publish(); // begins a new generation, so later draws differ
      browse(client, "a"); // sends the same requests again
    }
    try (UniPinServer server = UniPinServer.start(TestServer.config(folder, OFTEN));
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      browse(client, "b");
      client.eraseUser("nobody");
      awaitCounts(server.impressions());
      recordClick(client); // a log without actions has no training part to count
      for (String surface : TinyBundles.SURFACES) {
        long[] ids = new long[TinyBundles.ITEMS];
        for (int row = 0; row < ids.length; row++) {
          ids[row] = TinyBundles.catalogue().id(row);
        }
        long[] counts = server.impressions().read(surface, ids).impressions();
        for (int row = 0; row < ids.length; row++) {
          if (counts[row] > 0) {
            live.put(surface + " " + ids[row], counts[row]);
          }
        }
      }
    }
    assertThat(live.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(120 * 5);
    FeedLog log = exported();
    assertThat(sqlCounts(1)).isEqualTo(live);
    CountTables tables = CountBuilder.count(log, Holdout.timeSplit(log, LATER, LATER));
    assertThat(ShownCounts.bySurface(tables, log.catalogue()))
        .as("the tables have the items that two users saw")
        .isEqualTo(sqlCounts(2))
        .hasSizeGreaterThan(10);
  }

  private static void recordClick(UniPinClient client) {
    Action click =
        Action.newBuilder()
            .setItemId(TinyBundles.catalogue().id(0))
            .addActions("click")
            .setTimeMs(NOW)
            .setEventId("click")
            .build();
    client.recordActions(
        RecordActionsRequest.newBuilder()
            .addUsers(UserActions.newBuilder().setUserId("u0").addActions(click))
            .build());
  }

  /** Pages are counted after their answers, so the last page may not be counted yet. */
  private static void awaitCounts(ImpressionCounts counts) throws InterruptedException {
    for (int i = 0; i < 500 && counts.figures().counted() < 66 * 5; i++) {
      Thread.sleep(10);
    }
    counts.publish();
  }

  /** Exports the served log, also to the folder {@code feed-log}. */
  private FeedLog exported() throws IOException {
    FeedSchema schema =
        new FeedSchema(TinyBundles.ACTIONS, List.of("click", "save"), TinyBundles.SURFACES);
    FeedLog log =
        ServedLogExport.read(
            folder.resolve("served"), schema, TinyBundles.catalogue(), Duration.ofHours(1));
    FeedLogWriter.write(log, folder.resolve("feed-log"));
    return log;
  }

  /** Returns the impressions of those items on a surface that enough users saw there. */
  private Map<String, Long> sqlCounts(int leastUsers) throws Exception {
    Map<String, Long> counts = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT surface || ' ' || item_id, count(*) FROM read_parquet('"
                        + folder.resolve("feed-log").resolve("feedviews.parquet")
                        + "') GROUP BY ALL HAVING count(DISTINCT user_id) >= "
                        + leastUsers)) {
      while (rows.next()) {
        counts.put(rows.getString(1), rows.getLong(2));
      }
    }
    return counts;
  }

  @Test
  void log_ofExploredPages_holdsWhatTheAnswersSaid() {
    RetrieveAndRankResponse page;
    try (UniPinServer server = TestServer.start(folder, OFTEN);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      page = client.retrieveAndRank(request("u", "r").build());
    }
    List<ServedChoice> choices =
        ServedChoices.read(folder.resolve("served"), Duration.ofHours(1), skipped -> {}).all();
    assertThat(choices).hasSize(5);
    for (ServedChoice choice : choices) {
      ScoredItem item = page.getItems(choice.place());
      assertThat(choice.item()).isEqualTo(item.getItemId());
      assertThat(choice.propensity()).isEqualTo(item.getPropensity());
      assertThat(choice.explored()).isEqualTo(item.getRule().equals("exploration"));
      assertThat(choice.draw().orElseThrow().propensity()).isEqualTo(item.getPropensity());
    }
  }

  @Test
  void arm_mayExploreAlone() {
    String arm =
        "experiments.layers={ranking: {experiments: {e: {arms: {control: {}, drawn: {settings:"
            + " {slate: {exploration: {share: 0.5, temperature: 1}}}}}, overrides: {c: control, d:"
            + " drawn}}}}}";
    try (UniPinServer server = TestServer.start(folder, arm);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      assertThat(client.retrieveAndRank(request("c", "r").build()).getItemsList())
          .noneMatch(ScoredItem::hasPropensity);
      assertThat(client.retrieveAndRank(request("d", "r").build()).getItemsList())
          .allMatch(ScoredItem::hasPropensity);
      server.impressions().publish();
      assertThat(server.impressions().figures().bytes()).isPositive();
    }
  }

  @Test
  void settings_outsideOfTheirRange_areRefusedByName() {
    Map<String, String> wrong =
        Map.of(
            "share=0.6", "0.0 to 0.5 expected, got 0.6",
            "impressionsBelow=0", "1 to 1000000000 expected, got 0",
            "bonus=-1", "expected, got -1.0",
            "temperature=0", "expected, got 0.0",
            "pool=0", "1 to 256 expected, got 0");
    wrong.forEach(
        (setting, message) ->
            assertThatThrownBy(() -> TestServer.config(folder, "slate.exploration." + setting))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("slate.exploration." + setting.split("=", -1)[0])
                .hasMessageContaining(message));
  }
}
