package io.unipin.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import io.unipin.cli.console.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Trains and evaluates a bundle through the {@code unipin} script. */
final class DemoTraining {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Home home;
  private final DemoSettings settings;
  private final Guide guide;
  private final Path feedLog;
  private final @Nullable Path recipe;

  DemoTraining(Home home, DemoSettings settings, Guide guide, Path feedLog) {
    this.home = home;
    this.settings = settings;
    this.guide = guide;
    this.feedLog = feedLog;
    this.recipe = home.recipe(settings.recipe(), "train.yaml").orElse(null);
  }

  JsonNode train(Path bundle) throws IOException, InterruptedException {
    guide.stop("Training");
    guide.say(
        "One model learns both to retrieve and to rank, from %s.",
        recipe == null ? "the default recipe" : "recipes/" + settings.recipe() + "/train.yaml");
    Path figures = settings.work().resolve("train.json");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--data",
                feedLog.toString(),
                "--out",
                bundle.toString(),
                "--work",
                settings.work().resolve("training").toString(),
                "--no-evaluation",
                "--json",
                figures.toString()));
    addRecipe(arguments);
    if (settings.epochs() != null) {
      arguments.addAll(List.of("--set", "training.epochs=" + settings.epochs()));
    }
    ChildProcess.run(home, arguments);
    JsonNode results = JSON.readTree(figures.toFile()).get("results");
    guide.say(
        "%d epochs, %,d steps, %.0f s. The best one, its item index and the catalogue are a bundle now.",
        results.get("epochs").asInt(),
        results.get("steps").asInt(),
        results.get("seconds").asDouble());
    return results;
  }

  JsonNode evaluate(Path bundle) throws IOException, InterruptedException {
    guide.stop("What it learned");
    Path figures = settings.work().resolve("evaluation.json");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--bundle",
                bundle.toString(),
                "--data",
                feedLog.toString(),
                "--json",
                figures.toString()));
    addRecipe(arguments);
    ChildProcess.run(home, arguments);
    JsonNode evaluation = JSON.readTree(figures.toFile()).at("/results/evaluation");
    guide.say(
        "Retrieval: the last item of %,d users, hidden from training, sought among all items:",
        evaluation.get("users").asInt());
    Table retrieval = new Table("found by", "in the first 10", "in the first 50", "NDCG@10");
    retrieval.row(
        "the model",
        share(evaluation, "hr10"),
        share(evaluation, "hr50"),
        number(evaluation.get("ndcg10")));
    retrieval.row(
        "popularity",
        share(evaluation, "popularity_hr10"),
        share(evaluation, "popularity_hr50"),
        number(evaluation.get("popularity_ndcg10")));
    guide.show(retrieval);
    guide.say(
        "Ranking: AUC of each action over %,d impressions that training did not see",
        evaluation.get("impressions").asInt());
    guide.say("(0.5 = a coin; the bias row knows how active a user and how good an item is):");
    Table ranking = new Table("action", "the model", "user + item bias");
    for (Iterator<String> names = evaluation.get("auc").fieldNames(); names.hasNext(); ) {
      String action = names.next();
      ranking.row(
          action,
          number(evaluation.get("auc").get(action)),
          number(evaluation.get("bias_auc").get(action)));
    }
    guide.show(ranking);
    return evaluation;
  }

  private void addRecipe(List<String> arguments) {
    if (recipe != null) {
      arguments.addAll(List.of("--config", recipe.toString()));
    }
  }

  private static String share(JsonNode evaluation, String key) {
    JsonNode value = evaluation.get(key);
    return value.isNumber() ? String.format(Locale.ROOT, "%.1f %%", 100 * value.asDouble()) : "-";
  }

  private static String number(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.3f", value.asDouble()) : "-";
  }
}
