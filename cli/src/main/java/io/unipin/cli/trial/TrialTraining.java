package io.unipin.cli.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Table;
import io.unipin.cli.demo.Guide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Trains a trial's models in processes of their own. */
final class TrialTraining {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TEST_USERS = 500;
  private static final Duration LONGEST_BACKGROUND = Duration.ofMinutes(30);

  private final Home home;
  private final TrialSettings settings;
  private final Path feedLog;
  private final TrialRecipe recipe;

  TrialTraining(Home home, TrialSettings settings, Path feedLog, TrialRecipe recipe) {
    this.home = home;
    this.settings = settings;
    this.feedLog = feedLog;
    this.recipe = recipe;
  }

  /** Trains the first model for some seconds, and returns its figures. */
  JsonNode first(Path bundle, int seconds) throws IOException, InterruptedException {
    List<String> arguments = arguments("first", bundle, recipe.first());
    arguments.addAll(List.of("--seconds", String.valueOf(seconds)));
    ChildProcess.run(home, arguments);
    return figures("first");
  }

  /** Continues to train the first model, in a process of lower CPU priority. */
  JsonNode second(Path bundle, Path first) throws IOException, InterruptedException {
    List<String> arguments = arguments("second", bundle, recipe.second());
    arguments.addAll(List.of("--warm-start", first.toString()));
    Path output = settings.work().resolve("second.log");
    Path figures = settings.work().resolve("second.json");
    try (ChildProcess training = ChildProcess.startBehind(home, arguments, Map.of(), output)) {
      if (!training.awaitEnd(LONGEST_BACKGROUND)) {
        throw new CommandException("the training in the background takes too long, see " + output);
      }
    }
    if (!Files.exists(figures)) {
      throw new CommandException("the training in the background failed, see " + output);
    }
    return figures("second");
  }

  private List<String> arguments(String name, Path bundle, List<String> changed) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--data",
                feedLog.toString(),
                "--out",
                bundle.toString(),
                "--work",
                settings.work().resolve(name + ".training").toString(),
                "--test-users",
                String.valueOf(TEST_USERS),
                "--json",
                settings.work().resolve(name + ".json").toString()));
    changed.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return arguments;
  }

  private JsonNode figures(String name) throws IOException {
    return JSON.readTree(settings.work().resolve(name + ".json").toFile()).get("results");
  }

  /** Shows the figures of the model beside those of a ranking by popularity. */
  static void show(JsonNode evaluation, boolean byTime, Guide guide) {
    guide.say(
        byTime
            ? "The next item of %,d users in the latest tenth of the data, sought among all items:"
            : "The last item of %,d users, hidden from training, sought among all items:",
        evaluation.get("users").asInt());
    Table table = new Table("found by", "HR@10", "NDCG@10");
    table.row("the model", number(evaluation, "hr10"), number(evaluation, "ndcg10"));
    table.row(
        "popularity",
        number(evaluation, "popularity_hr10"),
        number(evaluation, "popularity_ndcg10"));
    guide.show(table);
  }

  /** Whether the model ranks the held-out items higher than a ranking by popularity does. */
  static boolean isAbovePopularity(JsonNode evaluation) {
    return evaluation.path("ndcg10").asDouble(0)
        > evaluation.path("popularity_ndcg10").asDouble(Double.MAX_VALUE);
  }

  private static String number(JsonNode evaluation, String key) {
    JsonNode value = evaluation.path(key);
    return value.isNumber() ? String.format(Locale.ROOT, "%.4f", value.asDouble()) : "-";
  }
}
