package io.unipin.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.Main;
import io.unipin.cli.console.CommandException;
import io.unipin.feedlog.database.FileTree;
import io.unipin.serving.bundle.BundleReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * Tests that a bundle is evaluated with the settings of its training, unless options change them.
 */
final class EvaluateCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private void run(String verb, String... arguments) {
    assertThat(status(verb, arguments)).as(err.toString()).isZero();
  }

  private int status(String verb, String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of(verb));
    Collections.addAll(all, arguments);
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return main.execute(all.toArray(String[]::new));
  }

  @Test
  void evaluate_withoutARecipe_takesTheBundlesAndWarnsOfAnother() throws IOException {
    Path bundle = trained("main", 40, 50, "evaluation.holdout=3");
    String log = folder.resolve("main-log").toString();
    assertThat(BundleReader.recipe(bundle)).isPresent();

    String[] measured = {"--bundle", bundle.toString(), "--data", log};
    run("evaluate", measured);
    assertThat(out.toString()).contains("Held out by leave-last, holdout 3.");
    assertThat(err.toString()).isEmpty();

    Path figures = folder.resolve("evaluate.json");
    run(
        "evaluate",
        new String[] {
          "--bundle",
          bundle.toString(),
          "--data",
          log,
          "--gaps",
          "5m,365d",
          "--oracle",
          "click",
          "--json",
          figures.toString()
        });
    assertThat(out.toString()).contains("Calibration by class", "from 31 s", "365.0 d");
    JsonNode results = new ObjectMapper().readTree(figures.toFile()).get("results");
    assertThat(results.at("/gaps")).hasSize(2);
    assertThat(results.at("/gaps/1/gap_seconds").asLong()).isEqualTo(365 * 86_400);
    for (String input : List.of("gap", "surface", "position", "history")) {
      assertThat(results.at("/calibration/" + input + "/error/click").isNumber()).isTrue();
      assertThat(results.at("/calibration/" + input + "/classes/0/oracle").isNumber()).isTrue();
    }

    assertThat(out.toString()).contains("Slices: HR@10", "training_count", "Gini");
    assertThat(results.at("/slices/all/all/targets").asInt()).isPositive();
    assertThat(results.at("/slices/lists/coverage").isNumber()).isTrue();

    run(
        "evaluate",
        measured[0],
        measured[1],
        measured[2],
        measured[3],
        "--set",
        "evaluation.withheld=0.2");
    assertThat(out.toString()).contains("holdout 3, withheld 0.2 (seed 0).", "cold", "warm");
    assertThat(err.toString()).contains("may have been trained on what is tested");

    run("evaluate", measured[0], measured[1], measured[2], measured[3], "--protocol", "time-split");
    assertThat(err.toString().lines()).hasSize(2);
    assertThat(err.toString())
        .startsWith("unipin evaluate: warning: " + bundle)
        .contains("leave-last, holdout 3", "time-split by default")
        .contains("the counts of " + bundle + " end at", "measured without them");

    Path copy = folder.resolve("copy");
    run("bundle", "publish", bundle.toString(), "--to", folder.toString(), "--name", "copy");
    assertThat(Files.readString(BundleReader.recipe(copy).orElseThrow())).contains("holdout: 3");
    FileTree.delete(bundle);
    run("evaluate", "--bundle", copy.toString(), "--data", log);
    assertThat(out.toString()).contains("Held out by leave-last, holdout 3.");
  }

  @Test
  void evaluate_refreshedCounts_measuresThemBesideTheBundlesOwn() throws IOException {
    Path bundle = trained("timed", 300, 50, "evaluation.protocol=time-split");
    String log = folder.resolve("timed-log").toString();
    Path figures = folder.resolve("timed.json");
    List<String> study =
        List.of("--bundle", bundle.toString(), "--data", log, "--refreshed-counts");
    run("evaluate", with(study, "--json", figures.toString()));
    assertThat(out.toString()).contains("refreshed before each of", "over the refreshed baseline");
    JsonNode results = new ObjectMapper().readTree(figures.toFile()).get("results");
    JsonNode refreshed = results.get("counts_refreshed_daily");
    double gain =
        refreshed.at("/auc_by_action/click/model").asDouble()
            - results.at("/evaluation/counts/auc_by_action/click/with").asDouble();
    assertThat(refreshed.at("/auc_over_fixed/click/difference").asDouble())
        .isCloseTo(gain, within(1e-9));

    assertThat(status("evaluate", with(study, "--protocol", "leave-last"))).isEqualTo(1);
    assertThat(err.toString())
        .contains("--refreshed-counts: a log that is split by time expected, got leave-last");
    FileTree.delete(BundleReader.model(bundle).resolve("counts"));
    assertThat(status("evaluate", with(study))).isEqualTo(1);
    assertThat(err.toString())
        .contains("--refreshed-counts: a bundle with counts expected, got " + bundle);
  }

  private static String[] with(List<String> arguments, String... more) {
    return Stream.concat(arguments.stream(), Stream.of(more)).toArray(String[]::new);
  }

  /** Trains a bundle on a simulated log, which lies beside it in the folder {@code NAME-log}. */
  private Path trained(String name, int users, int items, String... settings) {
    String log = folder.resolve(name + "-log").toString();
    Path bundle = folder.resolve(name);
    run("simulate", "--out", log, "--users", "" + users, "--items", "" + items, "--views", "6");
    List<String> arguments =
        new ArrayList<>(List.of("--data", log, "--out", bundle.toString(), "--no-evaluation"));
    arguments.addAll(List.of("--index", "exact"));
    arguments.addAll(
        List.of("--set", "model={itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1}"));
    arguments.addAll(List.of("--set", "training.epochs=1"));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    run("train", arguments.toArray(String[]::new));
    return bundle;
  }

  @Test
  void evaluate_againstABundleWithFewerItems_comparesTheCommonOnes() throws IOException {
    String newer = trained("new", 40, 60).toString();
    String older = trained("old", 40, 50).toString();
    Path figures = folder.resolve("evaluate.json");
    String log = folder.resolve("new-log").toString();
    String[] measured = {"--bundle", newer, "--data", log, "--json", figures.toString()};
    run(
        "evaluate",
        Stream.concat(Arrays.stream(measured), Stream.of("--against", older))
            .toArray(String[]::new));
    JsonNode results = new ObjectMapper().readTree(figures.toFile()).get("results");
    JsonNode items = results.get("items");
    assertThat(items.get("common").asInt()).isEqualTo(50);
    assertThat(items.get("alone").asInt()).isEqualTo(10);
    assertThat(items.get("alone_against").asInt()).isZero();
    assertThat(items.get("targets_left_out").asInt())
        .isPositive()
        .isLessThan(items.get("targets").asInt());
    assertThat(results.at("/difference/page_ndcg10/lower").isNumber()).isTrue();
    assertThat(out.toString())
        .contains(newer + " minus " + older + ":", "Compared over the 50 items that both have");

    run("evaluate", measured);
    JsonNode alone = new ObjectMapper().readTree(figures.toFile()).get("results");
    assertThat(results.get("evaluation"))
        .as("the figures of the bundle are those of all items")
        .isEqualTo(alone.get("evaluation"));
  }

  @ParameterizedTest
  @CsvSource({"0s, 0", "90s, 90", "5m, 300", "6h, 21600", "365d, 31536000"})
  void gaps_ofEveryUnit_areRead(String text, long seconds) {
    assertThat(GapOption.seconds(text)).isEqualTo(seconds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "-1m", "1.5h", "6 h", "6w", "99999999d", "٣d"})
  void gaps_ofNoUnitOrNumber_areRefused(String text) {
    assertThatThrownBy(() -> GapOption.seconds(text))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("--gaps: ")
        .hasMessageEndingWith("got " + text);
  }
}
