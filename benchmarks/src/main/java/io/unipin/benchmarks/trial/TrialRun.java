package io.unipin.benchmarks.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Runs the command {@code try} on a file in a separate process, and compares what it inferred with
 * the truth.
 */
final class TrialRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> EVALUATED =
      List.of("users", "hr10", "popularity_hr10", "ndcg10", "popularity_ndcg10");
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Home home;
  private final Path folder;

  /**
   * Creates a run.
   *
   * @param folder folder for the command's output, figures and work
   */
  TrialRun(Home home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /** Returns the figures of one file. A command that failed has the figure {@code error}. */
  Map<String, Object> of(TrialFile file) throws IOException, InterruptedException {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("file", file.name());
    figures.put("kind", file.kind());
    try {
      JsonNode results = measured(file, figures);
      List<String> differences = differences(file, results);
      figures.put("inferred", differences.isEmpty());
      figures.put("differences", differences);
      figures.put("above_popularity", results.path("above_popularity").asBoolean());
      JsonNode evaluation = results.path("evaluation");
      for (String figure : EVALUATED) {
        figures.put(figure, evaluation.path(figure).numberValue());
      }
      figures.put("epochs", results.path("epochs").asInt());
    } catch (CommandException e) {
      figures.put("inferred", false);
      figures.put("above_popularity", false);
      figures.put("error", String.valueOf(e.getMessage()));
    }
    return figures;
  }

  /**
   * Runs the command until it has shown a page and written its figures. Puts the seconds from the
   * start of the process to the page into {@code figures}.
   */
  private JsonNode measured(TrialFile file, Map<String, Object> figures)
      throws IOException, InterruptedException {
    Path json = folder.resolve(file.name() + ".json");
    Path output = folder.resolve(file.name() + ".out");
    Path work = folder.resolve("work");
    List<String> command =
        List.of(
            home.root().resolve("unipin").toString(),
            "try",
            file.place().toString(),
            "--once",
            "--work",
            work.toString(),
            "--json",
            json.toString());
    long begin = System.nanoTime();
    try (ChildProcess trial = ChildProcess.startProgram("'unipin try'", command, output)) {
      trial.await(() -> Files.exists(json), output, LIMIT);
      figures.put("first_page_s", (System.nanoTime() - begin) / 1e9);
      trial.awaitEnd(LIMIT);
    }
    return JSON.readTree(json.toFile()).path("results");
  }

  /** Returns how the inferred meanings, users and items differ from the true ones. */
  static List<String> differences(TrialFile file, JsonNode results) {
    Map<String, String> inferred = new TreeMap<>();
    for (JsonNode each : results.path("inferred")) {
      inferred.put(each.path("meaning").asText(), each.path("column").asText());
    }
    TreeSet<String> meanings = new TreeSet<>(inferred.keySet());
    meanings.addAll(file.meanings().keySet());
    List<String> differences = new ArrayList<>();
    for (String meaning : meanings) {
      String expected = file.meanings().getOrDefault(meaning, "nothing");
      String got = inferred.getOrDefault(meaning, "nothing");
      if (!expected.equals(got)) {
        differences.add("%s: %s expected, got %s".formatted(meaning, expected, got));
      }
    }
    if (!results.path("sampled").asBoolean()) {
      require("users", file.users(), results.path("users").asInt(), differences);
      require("items", file.items(), results.path("items").asInt(), differences);
    }
    return differences;
  }

  private static void require(String what, int expected, int got, List<String> differences) {
    if (expected != got) {
      differences.add(String.format(Locale.ROOT, "%,d %s expected, got %,d", expected, what, got));
    }
  }
}
