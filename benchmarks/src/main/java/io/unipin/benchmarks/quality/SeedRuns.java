package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.database.FileTree;
import io.unipin.serving.bundle.BundleReader;
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
  private final Studies studies;
  private final Consumer<String> say;

  /**
   * Creates the runs in a work folder.
   *
   * @param recipe options of {@code train} and {@code evaluate} that name the recipe
   * @param origin everything on which a seed's result depends. If a finished seed has another
   *     origin, its folder is renamed, and the seed is run again.
   * @param studies what evaluations study. A finished evaluation that lacks a study is made again.
   * @param say receives a line for each renamed folder, with the reason
   */
  SeedRuns(
      Home home,
      Path feedLog,
      Path work,
      List<String> recipe,
      TrainOrigin origin,
      Studies studies,
      Consumer<String> say) {
    this.home = home;
    this.feedLog = feedLog;
    this.work = work;
    this.recipe = recipe;
    this.origin = origin;
    this.studies = studies;
    this.say = say;
  }

  /**
   * What evaluations study beside the usual figures.
   *
   * @param preRank factor of pre-ranking; 0 for no such study
   * @param refreshedCounts whether counts are refreshed daily, for a bundle that has counts
   */
  record Studies(int preRank, boolean refreshedCounts) {
    static final Studies NONE = new Studies(0, false);
  }

  /**
   * A seed's bundle, and the {@code results} objects of its training and its evaluation.
   *
   * @param earlier whether an earlier run evaluated the seed
   */
  record Seed(Path bundle, JsonNode training, JsonNode measured, boolean earlier) {
    JsonNode evaluation() {
      return measured.path("evaluation");
    }
  }

  Seed run(int seed) throws IOException, InterruptedException {
    Path bundle = train(seed);
    Path evaluation = folder(seed).resolve("evaluate.json");
    boolean earlier = Files.exists(evaluation) && isStudied(evaluation, bundle);
    if (!earlier) {
      evaluate(seed, bundle, evaluation);
    }
    return new Seed(
        bundle,
        JSON.readTree(figures(seed).toFile()).get("results"),
        JSON.readTree(evaluation.toFile()).path("results"),
        earlier);
  }

  /** Whether an evaluation holds all wanted studies. */
  private boolean isStudied(Path evaluation, Path bundle) throws IOException {
    JsonNode results = JSON.readTree(evaluation.toFile()).path("results");
    boolean preRanked = results.at("/prerank/over_fetch").asInt() == studies.preRank();
    boolean refreshed = results.has("counts_refreshed_daily") || !isRefreshed(bundle);
    return (studies.preRank() == 0 || preRanked) && refreshed;
  }

  private boolean isRefreshed(Path bundle) {
    return studies.refreshedCounts() && CountedRanking.isIn(BundleReader.model(bundle));
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
    if (studies.preRank() > 0) {
      arguments.addAll(List.of("--pre-rank", String.valueOf(studies.preRank())));
    }
    if (isRefreshed(bundle)) {
      arguments.add("--refreshed-counts");
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
