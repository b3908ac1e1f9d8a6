package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.cli.check.OutputFile;
import io.unipin.cli.console.Home;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.train.recipe.EvaluationSettings;
import io.unipin.train.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Judges models by items that their training did not know. On each data set, the data set's own
 * recipe and a changed recipe are trained, once per seed.
 *
 * <p>An interrupted run continues where it stopped: a trained seed is not trained again, and an
 * evaluated seed is not evaluated again.
 */
public final class ColdItems {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Home home;
  private final Plan plan;
  private final Consumer<String> say;

  /**
   * What is trained.
   *
   * @param studies names of studies, see {@link #names}
   * @param seeds number of trainings of each recipe
   * @param epochs number of training epochs; 0 for the recipe's number
   * @param changes further settings of the changed recipes
   */
  public record Plan(List<String> studies, int seeds, int epochs, Map<String, String> changes) {
    public Plan {
      studies = List.copyOf(studies);
      changes = new TreeMap<>(changes);
    }
  }

  private ColdItems(Home home, Plan plan, Consumer<String> say) {
    this.home = home;
    this.plan = plan;
    this.say = say;
  }

  /** Returns the names of all studies. */
  public static List<String> names() {
    return ColdStudy.names();
  }

  /**
   * Refuses a plan that could not be carried out.
   *
   * @throws IllegalArgumentException if there is no such study
   * @throws io.unipin.cli.console.CommandException if the data of a study is missing
   */
  public static void check(Home home, Plan plan) {
    for (String name : plan.studies()) {
      ColdStudy study = ColdStudy.of(name);
      DataSet.require(home, study.data());
      Recipe.read(TrainedRecipe.file(home, study.data()), study.changed(plan.changes()));
    }
  }

  /**
   * Carries out a plan. Adds {@code cold: {STUDY: {…}}} and the figures of {@link #headlines} to the
   * results.
   *
   * @param say receives a line for each finished study
   */
  public static void measure(
      Home home, Plan plan, Map<String, Object> results, Consumer<String> say)
      throws IOException, InterruptedException {
    ColdItems items = new ColdItems(home, plan, say);
    ObjectNode cold = JsonNodeFactory.instance.objectNode();
    for (String name : plan.studies()) {
      cold.set(name, items.study(ColdStudy.of(name)));
      results.putAll(headlines(cold));
      results.put("cold", cold);
    }
  }

  /**
   * Returns the figures with targets: {@code cold_hr10: {STUDY: {difference, lower, upper}}},
   * {@code cold_auc_gain}, {@code score_gap} and {@code by_time}. Figures of studies that were not
   * made are left out.
   *
   * @param cold the comparisons by the name of their study
   */
  static Map<String, Object> headlines(ObjectNode cold) {
    Map<String, Object> figures = new LinkedHashMap<>();
    ObjectNode overContent = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> study : cold.properties()) {
      if (!study.getKey().equals(ColdStudy.BEAUTY_BY_TIME.key())) {
        overContent.set(study.getKey(), study.getValue().at("/cold_hr10_over_content/changed"));
      }
    }
    if (!overContent.isEmpty()) {
      figures.put("cold_hr10", overContent);
    }
    JsonNode kuaiRand = cold.path(ColdStudy.KUAIRAND.key());
    if (kuaiRand.isObject()) {
      figures.put("cold_auc_gain", kuaiRand.at("/changed_over_own/cold_auc"));
      figures.put("score_gap", kuaiRand.at("/changed/score_gap/largest/mean"));
    }
    JsonNode byTime = cold.path(ColdStudy.BEAUTY_BY_TIME.key());
    if (byTime.isObject()) {
      figures.put("by_time", byTime(byTime));
    }
    return figures;
  }

  private static ObjectNode byTime(JsonNode study) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    JsonNode hr10 = study.at("/changed/cold/hr10");
    JsonNode baseline = study.at("/baselines/content_popularity/cold/hr10");
    json.set("targets", study.at("/targets/cold"));
    json.set("hr10", hr10);
    json.set("content_popularity_hr10", baseline);
    EvaluationJson.number(
        json,
        "least",
        baseline.isNumber()
            ? baseline.asDouble() + 2 * hr10.path("spread").asDouble()
            : Double.NaN);
    return json;
  }

  private ObjectNode study(ColdStudy study) throws IOException, InterruptedException {
    Path work = home.work("cold").resolve(study.key() + epochs()).toAbsolutePath();
    Path feedLog = work.resolve("feedlog");
    Path imported = work.resolve("imported");
    if (!Files.exists(imported)) {
      feedLog = DataSet.feedLog(home, study.data(), work);
      Files.createFile(imported);
    }
    Side own =
        study.comparesOwn()
            ? side(study, study.own(), feedLog, work.resolve("own"))
            : new Side(Map.of(), List.of());
    String folder =
        plan.changes().isEmpty() ? "" : "-" + Integer.toHexString(plan.changes().hashCode());
    Side changed =
        side(study, study.changed(plan.changes()), feedLog, work.resolve("changed" + folder));
    ObjectNode json = ColdComparison.of(own.seeds(), changed.seeds());
    json.put("seeds", plan.seeds());
    ObjectNode settings = json.putObject("settings");
    settings.set("own", JSON.valueToTree(own.changes()));
    settings.set("changed", JSON.valueToTree(changed.changes()));
    say.accept(study.key() + ": " + json);
    return json;
  }

  private String epochs() {
    return plan.epochs() > 0 ? "-" + plan.epochs() + "-epochs" : "";
  }

  /**
   * The models of one recipe.
   *
   * @param changes settings that replace those of the data set's recipe
   */
  private record Side(Map<String, String> changes, List<ColdSeed> seeds) {}

  private Side side(ColdStudy study, Map<String, String> split, Path feedLog, Path work)
      throws IOException, InterruptedException {
    Map<String, String> changes = new TreeMap<>(split);
    if (plan.epochs() > 0) {
      changes.put("training.epochs", Integer.toString(plan.epochs()));
    }
    TrainedRecipe trained =
        TrainedRecipe.of(home, study.data(), changes, feedLog, work, plan.seeds());
    FeedLog log = FeedLogReader.read(feedLog, 0);
    List<ColdSeed> seeds = new ArrayList<>();
    for (Path bundle : trained.bundles()) {
      seeds.add(evaluate(log, trained.recipe().evaluation(), bundle));
    }
    return new Side(changes, seeds);
  }

  /** Evaluates a bundle, unless the file beside the bundle has its figures. */
  private static ColdSeed evaluate(FeedLog log, EvaluationSettings settings, Path bundle)
      throws IOException {
    Path file = bundle.resolveSibling("cold.json");
    if (!Files.exists(file)) {
      ColdSeed seed =
          ColdSeed.of(
              BundleEvaluation.counted(log, settings, bundle),
              log,
              settings.holdout(log),
              settings.headline(log));
      OutputFile.write(file, JSON.writeValueAsString(seed));
    }
    return JSON.readValue(file.toFile(), ColdSeed.class);
  }
}
