package io.unipin.benchmarks.quality;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Home;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.train.TrainOrigin;
import io.unipin.train.recipe.Recipe;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bundles of one recipe, one bundle per seed. Existing bundles are used again, including the
 * bundles of {@code bench quality}.
 *
 * @param recipe the recipe with its changes and with the values that the data chose
 * @param options options with which {@code train} and {@code evaluate} use this recipe
 * @param feedLog folder of the feed log for the training
 * @param bundles folders of the bundles, one per seed, from seed 1 on
 */
public record TrainedRecipe(
    TrainConfig recipe, List<String> options, Path feedLog, List<Path> bundles) {

  public TrainedRecipe {
    options = List.copyOf(options);
    bundles = List.copyOf(bundles);
  }

  /**
   * Trains the seeds that have no bundle yet.
   *
   * @param data name of a data set with a recipe, or {@code simulator}
   * @param epochs number of training epochs; 0 for the recipe's number
   */
  public static TrainedRecipe of(Home home, String data, int seeds, int epochs)
      throws IOException, InterruptedException {
    Map<String, String> changes = new LinkedHashMap<>();
    String folder = data;
    if (epochs > 0) {
      changes.put("training.epochs", Integer.toString(epochs));
      folder = data + "-" + epochs + "-epochs";
    }
    Path work = home.work("quality").resolve(folder).toAbsolutePath();
    Path feedLog = work.resolve("feedlog");
    // If this folder exists, the log is complete, because training begins only after the import.
    if (!Files.exists(work.resolve("seed-1"))) {
      feedLog = DataSet.feedLog(home, data, work);
    }
    return of(home, data, changes, feedLog, work, seeds);
  }

  /** Returns the file of a data set's recipe. */
  static Path file(Home home, String data) {
    return home.recipe(data, "train.yaml")
        .orElseThrow(() -> new CommandException("no recipes/" + data + "/train.yaml"));
  }

  /**
   * Trains the seeds of a changed recipe that have no bundle yet.
   *
   * @param changes settings that replace those of the recipe
   * @param work folder for the seeds
   */
  static TrainedRecipe of(
      Home home, String data, Map<String, String> changes, Path feedLog, Path work, int seeds)
      throws IOException, InterruptedException {
    Path file = file(home, data);
    List<String> options = new ArrayList<>(List.of("--config", file.toString()));
    changes.forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
    FeedLog log = FeedLogReader.read(feedLog, 0);
    TrainConfig recipe = Recipe.read(file, changes).resolve(log).config();
    TrainOrigin origin = TrainOrigin.of(recipe, log);
    SeedRuns runs =
        new SeedRuns(
            home, feedLog, work, options, origin, SeedRuns.Studies.NONE, System.err::println);
    List<Path> bundles = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      bundles.add(runs.train(seed));
    }
    return new TrainedRecipe(recipe, options, feedLog, bundles);
  }
}
