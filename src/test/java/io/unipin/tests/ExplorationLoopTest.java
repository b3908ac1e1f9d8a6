package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.Main;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.settings.ConfigReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Trains a model, serves pages with exploration, exports them and trains the next model on them.
 * The export must keep new items, positions and propensities.
 */
@Timeout(300)
final class ExplorationLoopTest {
  private static final long NOW = 1_780_000_000_000L;
  private static final long NEW_ITEM = 42;
  private static final int USERS = 40;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final Random random = new Random(5);

  /** The items of each answer, with their propensities, by request id. */
  private final Map<String, List<ScoredItem>> answers = new TreeMap<>();

  private void run(String... words) {
    StringWriter err = new StringWriter();
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    assertThat(main.execute(words)).as(err.toString()).isZero();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void train(String log, String bundle, String... more) {
    List<String> words =
        new ArrayList<>(List.of("train", "--data", path(log), "--out", path("bundles/" + bundle)));
    words.addAll(List.of("--index", "exact", "--no-evaluation", "--set", "training.epochs=1"));
    words.addAll(
        List.of(
            "--set",
            "model={itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 16,"
                + " maxHistory: 16}"));
    words.addAll(List.of(more));
    run(words.toArray(String[]::new));
  }

  private UniPinServer serve(String bundle) {
    List<String> settings = new ArrayList<>(TinyServer.settings(folder));
    settings.addAll(
        List.of(
            "bundle.name=" + bundle,
            "retrieval.candidates=60",
            "items.folder=" + folder.resolve("items"),
            "servedLog.enabled=true",
            "servedLog.folder=" + folder.resolve("served"),
            "slate.exploration.share=0.4",
            "slate.exploration.temperature=0.5",
            "slate.exploration.impressionsBelow=1000000",
            "slate.exploration.logCandidates=true"));
    return UniPinServer.start(ConfigReader.read(Map.of(), settings));
  }

  /** Requests a page for each user, who clicks on each item with probability 0.3. */
  private void browse(UniPinClient client, int round) {
    for (int user = 0; user < USERS; user++) {
      String id = "u" + user;
      long now = NOW + 1000L * round;
      String request = id + "-" + round;
      RetrieveAndRankResponse page =
          client.retrieveAndRank(
              RetrieveAndRankRequest.newBuilder()
                  .setRequestId(request)
                  .setUser(UserContext.newBuilder().setUserId(id).setTimeMs(now))
                  .build());
      answers.put(request, page.getItemsList());
      UserActions.Builder actions = UserActions.newBuilder().setUserId(id);
      for (ScoredItem item : page.getItemsList()) {
        if (random.nextDouble() < 0.3) {
          actions.addActions(
              Action.newBuilder()
                  .setItemId(item.getItemId())
                  .addActions("click")
                  .setTimeMs(now + 1)
                  .setEventId(request + "/" + item.getItemId()));
        }
      }
      client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
    }
  }

  private static Item newItem(Catalogue catalogue) {
    Item.Builder item = Item.newBuilder().setId(NEW_ITEM).setTitle("New").setCategory("garden");
    for (int d = 0; d < catalogue.contentDim(); d++) {
      item.addContent(catalogue.content()[d]);
    }
    return item.build();
  }

  @Test
  void loop_fromServingToTheNextModel_keepsNewItemsPositionsAndPropensities() throws IOException {
    run("simulate", "--out", path("log"), "--users", "40", "--items", "60", "--views", "6");
    train("log", "main");
    Catalogue known = FeedLogReader.read(folder.resolve("log"), 0).catalogue();
    try (UniPinServer server = serve("main");
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port());
        UniPinAdminClient admin = UniPinAdminClient.connect("127.0.0.1:" + server.adminPort())) {
      admin.putItems(List.of(newItem(known)));
      for (int round = 0; round < 12; round++) {
        browse(client, round);
      }
    }
    String bundle = path("bundles/main");
    run(
        "export",
        "--served",
        path("served"),
        "--bundle",
        bundle,
        "--items",
        path("items"),
        "--out",
        path("served-log"),
        "--attribution",
        "PT0.5S");
    FeedLog log = FeedLogReader.read(folder.resolve("served-log"), 0);
    assertServed(log);
    assertThat(log.catalogue().row(NEW_ITEM)).isEqualTo(known.size());

    train("served-log", "next", "--warm-start", bundle);
    judge("next");
    try (UniPinServer server = serve("next");
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      browse(client, 100);
      assertThat(answers.get("u0-100")).isNotEmpty().allMatch(ScoredItem::hasPropensity);
    }
  }

  /**
   * Asserts that the exported feed log contains the items of every answer in order, with their
   * propensities.
   */
  private void assertServed(FeedLog log) {
    assertThat(log.views()).isEqualTo(answers.size());
    int drawn = 0;
    boolean sawNew = false;
    for (int user = 0; user < log.users(); user++) {
      int round = 0;
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        List<ScoredItem> items =
            Objects.requireNonNull(answers.get(log.user(user) + "-" + round++));
        int from = log.impressionStart(view);
        assertThat(log.impressionStart(view + 1) - from).isEqualTo(items.size());
        for (int place = 0; place < items.size(); place++) {
          ScoredItem item = items.get(place);
          long shown = log.catalogue().id(log.impressionItems()[from + place]);
          assertThat(shown).isEqualTo(item.getItemId());
          assertThat(log.impressionPropensity()[from + place]).isEqualTo(item.getPropensity());
          drawn += item.getPropensity() < 1 ? 1 : 0;
          sawNew |= shown == NEW_ITEM;
        }
      }
    }
    assertThat(drawn).isGreaterThan(1000);
    assertThat(sawNew).isTrue();
  }

  private void judge(String bundle) throws IOException {
    out.getBuffer().setLength(0);
    run(
        "evaluate",
        "--bundle",
        path("bundles/" + bundle),
        "--served",
        path("served"),
        "--attribution",
        "PT0.5S",
        "--policy",
        "drawn=0.9",
        "--json",
        path("policies.json"));
    assertThat(out.toString()).contains("best of bundle", "drawn=0.0", "drawn=0.9", "SNIPS");
    JsonNode report = new ObjectMapper().readTree(folder.resolve("policies.json").toFile());
    JsonNode best = report.at("/results/policies/estimates/0");
    assertThat(best.at("/policy").asText()).isEqualTo("best of bundle");
    // the expected value is 0.3, because users click at random
    assertThat(best.at("/snips/value").asDouble()).isBetween(0.2, 0.4);
    assertThat(best.at("/snips/interval/low").asDouble()).isLessThan(0.35);
    assertThat(best.at("/snips/interval/high").asDouble()).isGreaterThan(0.25);
    assertThat(best.at("/effectiveSize").asDouble()).isGreaterThan(100);
  }
}
