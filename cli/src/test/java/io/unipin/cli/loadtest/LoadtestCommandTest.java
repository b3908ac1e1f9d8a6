package io.unipin.cli.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.ModelWriter;
import io.unipin.model.features.ModelConfig;
import io.unipin.proto.v1.Served;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.bundle.BundlePublisher;
import io.unipin.serving.request.Stage;
import io.unipin.serving.settings.ConfigReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
final class LoadtestCommandTest {
  private static final int ITEMS = 60;

  @TempDir Path folder;

  private UniPinServer startServer() throws Exception {
    List<String> actions = List.of("click", "hide");
    ModelConfig config =
        new ModelConfig(
            ITEMS, 0, 8, 16, 2, 2, 2, 32, 16, actions, List.of("click"), List.of("home"));
    ModelWriter.writeRandom(folder.resolve("model"), config, 1);
    Path bundles = Files.createDirectory(folder.resolve("bundles"));
    Catalogue catalogue =
        Catalogue.of(
            IntStream.range(0, ITEMS)
                .mapToObj(
                    i -> new CatalogueItem(100L + i, "Item", "all", FeedLog.NO_TIME, new float[0]))
                .toList());
    BundlePublisher.publish(folder.resolve("model"), catalogue, "exact", bundles.resolve("tiny"));
    return UniPinServer.start(
        ConfigReader.read(
            Map.of(),
            List.of(
                "server.port=0",
                "server.adminPort=0",
                "server.metricsPort=0",
                "console.enabled=false",
                "bundle.folder=" + bundles,
                "bundle.name=tiny",
                "cache.budget=4MiB",
                "cache.transientBudget=4MiB",
                "history.folder=" + folder.resolve("history"),
                // The server must refuse nothing, even on a busy machine.
                "admission.minConcurrency=1000",
                "admission.burstWait=1m",
                "admission.standingWait=1m",
                "retrieval.candidates=20",
                "page.size=5")));
  }

  @Test
  void call_realServer_reportsAndForgetsItsUsers() throws Exception {
    Path json = folder.resolve("load.json");
    Path html = folder.resolve("load.html");
    StringWriter out = new StringWriter();
    try (UniPinServer server = startServer()) {
      int code =
          new CommandLine(new LoadtestCommand())
              .setCaseInsensitiveEnumValuesAllowed(true)
              .setOut(new PrintWriter(out))
              .execute(
                  "--address=127.0.0.1:" + server.port(),
                  "--steps=20,40",
                  "--warm-up=200ms",
                  "--duration=1s",
                  "--users=10",
                  "--think=0.2",
                  "--history=5",
                  "--new-users=0.2",
                  "--arrivals=constant",
                  "--p99=60m",
                  "--deadline=30s",
                  "--json=" + json,
                  "--html=" + html);
      assertThat(code).isZero();
    }
    assertThat(out.toString()).contains("offered/s", "p99 ms", "a p99 of");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.fieldNames())
        .toIterable()
        .containsExactly("name", "date", "git", "machine", "settings", "results");
    assertThat(figures.at("/settings/bundle").asText()).isEqualTo("tiny");
    JsonNode results = figures.path("results");
    assertThat(results.fieldNames())
        .toIterable()
        .containsExactly("p99_bound_ms", "max_qps", "max_qps_p99_ms", "hit_rate", "steps");
    assertThat(results.path("steps")).hasSize(2);
    JsonNode step = results.at("/steps/1");
    assertThat(step.path("offered_qps").asDouble()).isEqualTo(40);
    assertThat(step.path("failures")).isEmpty();
    assertThat(step.path("record_failures").asLong()).isZero();
    assertThat(step.path("recorded").asLong()).isPositive();
    assertThat(step.path("pages").asLong()).isPositive();
    assertThat(step.path("stages_ms").path("score").asDouble()).isPositive();
    // If a page is requested before the recorded actions are encoded, the outcome of the page is an
    // append.
    JsonNode outcomes = step.path("outcomes");
    assertThat(outcomes.path("hit").asLong() + outcomes.path("append").asLong()).isPositive();
    String page = Files.readString(html);
    assertThat(page)
        .contains("<svg", "</html>", "class=\"bound\"", "queues and network", "127.0.0.1")
        .doesNotContain("{{", "<script src", "href=");
    String begin = "<script type=\"application/json\" id=\"figures\">";
    int from = page.indexOf(begin) + begin.length();
    JsonNode embedded =
        new ObjectMapper().readTree(page.substring(from, page.indexOf("</script>", from)));
    assertThat(embedded.path("results").path("steps")).hasSize(2);
  }

  @Test
  void roundStep_range_isOneTwoOrFiveTimesAPowerOfTen() {
    assertThat(Chart.roundStep(73, 5)).isEqualTo(20);
    assertThat(Chart.roundStep(100, 5)).isEqualTo(20);
    assertThat(Chart.roundStep(4.1, 5)).isEqualTo(1);
    assertThat(Chart.roundStep(260, 5)).isEqualTo(100);
  }

  private static StepResult step(
      Map<String, Long> outcomes, Map<String, Double> stages, Map<String, Long> second) {
    StepResult.Latency latency = new StepResult.Latency(50, 5, 5, 5, 5, 5);
    return new StepResult(
        1, 1, 1, 1, latency, 0, Map.of(), outcomes, stages, 0, 0, 0, List.of(second));
  }

  private static String page(StepResult step) {
    return new LoadPage(new LoadReport(50, List.of(step)), Map.of()).render();
  }

  @Test
  void page_stages_standInTheOrderOfAPage() {
    Map<String, Double> stages = new LinkedHashMap<>();
    List.of("score", "search", "of another version", "history").forEach(s -> stages.put(s, 1.0));
    assertThat(page(step(Map.of(), stages, Map.of())))
        .containsSubsequence(
            ">history<", ">search<", ">score<", ">of another version<", ">queues and network<");
  }

  @Test
  void page_outcomes_areAllShown() {
    Map<String, Long> second = new LinkedHashMap<>();
    Stream.of(Served.CacheOutcome.values())
        .filter(outcome -> outcome != Served.CacheOutcome.UNRECOGNIZED)
        .forEach(outcome -> second.put(outcome.name().toLowerCase(Locale.ROOT), 1L));
    second.put("failed", 1L);
    second.put("of another version", 1L);
    String page = page(step(Map.of(), Map.of(), second));
    for (String outcome : second.keySet()) {
      assertThat(page).contains(">0 s, " + outcome + ": 1.00<", "</svg>" + outcome + "</span>");
    }
    assertThat(page)
        .containsSubsequence("</svg>hit<", "</svg>append<", "</svg>reload<", "</svg>prefill<");
  }

  @Test
  void page_allStages_haveColoursOfTheirOwn() {
    Map<String, Double> stages = new LinkedHashMap<>();
    UniPinClient.STAGES.forEach(stage -> stages.put(stage, 1.0));
    String page = page(step(Map.of(), stages, Map.of()));
    List<String> colours =
        Pattern.compile("<rect class=\"(c\\d+)\" x=")
            .matcher(page)
            .results()
            .map(rect -> rect.group(1))
            .toList();
    assertThat(colours).hasSize(UniPinClient.STAGES.size() + 1).doesNotHaveDuplicates();
    assertThat(colours)
        .allSatisfy(
            colour ->
                assertThat(page)
                    .contains(
                        "." + colour + " { fill: var(--" + colour + "); }", "--" + colour + ": #"));
    for (int more = 0; more < 5; more++) {
      stages.put("of another version " + more, 1.0);
    }
    assertThat(page(step(Map.of(), stages, Map.of()))).contains("\"c9\"").doesNotContain("\"c10\"");
  }

  @Test
  void stages_ofTheClient_areThoseOfTheServer() {
    assertThat(UniPinClient.STAGES)
        .containsExactlyElementsOf(Stream.of(Stage.values()).map(Stage::label).toList());
  }

  @Test
  void hitRate_countsWhatWasReloaded() {
    Map<String, Long> outcomes =
        Map.of("hit", 1L, "append", 2L, "reload", 3L, "prefill", 1L, "uncached", 1L);
    assertThat(step(outcomes, Map.of(), Map.of()).hitRate()).isEqualTo(6 / 8.0);
    assertThat(step(Map.of(), Map.of(), Map.of()).hitRate()).isZero();
  }

  @Test
  void page_text_isEscaped() {
    LoadReport report = new LoadReport(50, List.of());
    String page = new LoadPage(report, Map.of("address", "</script><b>")).render();
    assertThat(page).doesNotContain("<b>").contains("&lt;b&gt;", "\\u003cb>");
    assertThat(report.headline()).isEqualTo("no step stayed within a p99 of 50.0 ms");
  }
}
