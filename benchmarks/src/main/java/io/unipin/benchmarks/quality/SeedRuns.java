package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import io.unipin.feedlog.database.FileTree;
import io.unipin.train.TrainOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Trains and evaluates one seed after another through the {@code unipin} script, each in a folder
 * of its own.
 *
 * <p>An interrupted benchmark continues where it stopped. The figures of a finished seed are read,
 * and an unfinished seed resumes from its checkpoint.
 */
final class SeedRuns {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Home home;
  private final Path feedLog;
  private final Path work;
  private final List<String> recipe;
  private final TrainOrigin origin;
  private final int preRank;
  private final Consumer<String> say;

  /**
   * Creates the runs in a work folder.
   *
   * @param recipe options of {@code train} and {@code evaluate} that name the recipe
   * @param origin everything on which a seed's result depends. If a finished seed has another
   *     origin, its folder is renamed, and the seed is run again.
   * @param preRank factor of pre-ranking that evaluations study; 0 for none. A finished evaluation
   *     without this study is made again.
   * @param say receives a line for each renamed folder, with the reason
   */
  SeedRuns(
      Home home,
      Path feedLog,
      Path work,
      List<String> recipe,
      TrainOrigin origin,
      int preRank,
      Consumer<String> say) {
    this.home = home;
    this.feedLog = feedLog;
    this.work = work;
    this.recipe = recipe;
    this.origin = origin;
    this.preRank = preRank;
    this.say = say;
  }

  /** The {@code results} objects of a seed's training and evaluation, and its bundle. */
  record Seed(
      Path bundle,
      JsonNode training,
      JsonNode evaluation,
      JsonNode calibration,
      JsonNode slices,
      JsonNode preRank,
      boolean earlier) {}

  Seed run(int seed) throws IOException, InterruptedException {
    Path bundle = train(seed);
    Path evaluation = folder(seed).resolve("evaluate.json");
    boolean earlier = Files.exists(evaluation) && isStudied(evaluation);
    if (!earlier) {
      evaluate(seed, bundle, evaluation);
    }
    JsonNode measured = JSON.readTree(evaluation.toFile()).path("results");
    return new Seed(
        bundle,
        JSON.readTree(figures(seed).toFile()).get("results"),
        measured.path("evaluation"),
        measured.path("calibration"),
        measured.path("slices"),
        measured.path("prerank"),
        earlier);
  }

  /** Whether an evaluation holds the wanted study of pre-ranking; true if no study is wanted. */
  private boolean isStudied(Path evaluation) throws IOException {
    JsonNode studied = JSON.readTree(evaluation.toFile()).at("/results/prerank/over_fetch");
    return preRank == 0 || studied.asInt() == preRank;
  }

  /** Trains a seed if necessary and returns its bundle. */
  Path train(int seed) throws IOException, InterruptedException {
    Path folder = folder(seed);
    Path mark = folder.resolve("settings.txt");
    if (Files.exists(mark)) {
      List<String> others = TrainOrigin.parse(Files.readString(mark)).others(origin);
      if (!others.isEmpty()) {
        say.accept("seed %s was trained with %s".formatted(seed, String.join("; ", others)));
        putAside(seed);
      }
    }
    Files.createDirectories(folder);
    Files.writeString(mark, origin.toText());
    Path bundle = folder.resolve("bundle");
    if (!Files.exists(figures(seed))) {
      train(seed, folder, bundle, figures(seed));
    }
    return bundle;
  }

  private Path folder(int seed) {
    return work.resolve("seed-" + seed);
  }

  private Path figures(int seed) {
    return folder(seed).resolve("train.json");
  }

  private void train(int seed, Path folder, Path bundle, Path figures)
      throws IOException, InterruptedException {
    FileTree.delete(bundle);
    List<String> arguments = new ArrayList<>(List.of("train", "--data", feedLog.toString()));
    arguments.addAll(List.of("--out", bundle.toString(), "--no-evaluation", "--resume"));
    arguments.addAll(List.of("--work", folder.resolve("training").toString()));
    arguments.addAll(List.of("--json", figures.toString()));
    run(arguments, seed);
  }

  private void evaluate(int seed, Path bundle, Path figures)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--data", feedLog.toString()));
    arguments.addAll(List.of("--bundle", bundle.toString(), "--json", figures.toString()));
    if (preRank > 0) {
      arguments.addAll(List.of("--pre-rank", String.valueOf(preRank)));
    }
    run(arguments, seed);
  }

  private void run(List<String> arguments, int seed) throws IOException, InterruptedException {
    arguments.addAll(recipe);
    arguments.addAll(List.of("--set", "training.seed=" + seed));
    ChildProcess.run(home, arguments);
  }

  /**
   * Renames the folder of a finished seed instead of deleting it, because only the user may delete
   * hours of work. Deletes the folder of an unfinished seed.
   */
  private void putAside(int seed) throws IOException {
    if (!Files.exists(figures(seed))) {
      FileTree.delete(folder(seed));
      return;
    }
    KeptFolder.putAside(folder(seed), say);
  }
}
