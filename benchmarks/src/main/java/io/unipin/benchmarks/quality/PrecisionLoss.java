package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.serving.cli.ChildProcess;
import io.unipin.serving.cli.CommandException;
import io.unipin.serving.cli.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What int8 costs a trained recipe: the same bundles judged on the same users, in float32 and in int8. */
public final class PrecisionLoss {
  private final List<JsonNode> float32 = new ArrayList<>();
  private final List<JsonNode> int8 = new ArrayList<>();

  private PrecisionLoss() {}

  /**
   * Trains the recipe of a data set once per seed, as {@code bench quality} does, and judges every bundle twice. A seed that
   * was trained before is not trained again.
   *
   * @param data a set with a recipe, or {@code simulator}
   * @param epochs instead of the recipe's; 0 for those
   */
  public static PrecisionLoss measure(Home home, String data, int seeds, int epochs)
      throws IOException, InterruptedException {
    Path recipe =
        home.recipe(data, "train.yaml")
            .orElseThrow(() -> new CommandException("no recipes/" + data + "/train.yaml"));
    Path folder = home.work("precision").resolve(data).toAbsolutePath();
    Path feedLog = DataSet.feedLog(home, data, folder);
    List<String> options = new ArrayList<>(List.of("--config", recipe.toString()));
    if (epochs > 0) {
      options.addAll(List.of("--set", "training.epochs=" + epochs));
    }
    SeedRuns runs = new SeedRuns(home, feedLog, folder, options, data + " " + epochs);
    PrecisionLoss loss = new PrecisionLoss();
    for (int seed = 1; seed <= seeds; seed++) {
      loss.float32.add(runs.run(seed).evaluation());
      Path bundle = folder.resolve("seed-" + seed).resolve("bundle");
      Path figures = folder.resolve("seed-" + seed).resolve("int8.json");
      List<String> arguments = new ArrayList<>(List.of("evaluate", "--data", feedLog.toString()));
      arguments.addAll(List.of("--bundle", bundle.toString(), "--precision", "INT8"));
      arguments.addAll(List.of("--json", figures.toString()));
      arguments.addAll(options);
      arguments.addAll(List.of("--set", "training.seed=" + seed));
      ChildProcess.run(home, arguments);
      loss.int8.add(new ObjectMapper().readTree(figures.toFile()).at("/results/evaluation"));
    }
    return loss;
  }

  /**
   * Means over seeds in both precisions and the relative losses: {@code hr10_loss_relative}, {@code ndcg10_loss_relative},
   * {@code auc_loss_relative} (of the worst action); negative where int8 is better.
   */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    Map<String, Object> means = new LinkedHashMap<>();
    for (String figure : List.of("hr10", "ndcg10")) {
      json.put(figure + "_loss_relative", loss("/" + figure, figure, means));
    }
    double worst = Double.NEGATIVE_INFINITY;
    for (var actions = float32.get(0).path("auc").fieldNames(); actions.hasNext(); ) {
      String action = actions.next();
      if (float32.get(0).path("auc").path(action).isNumber()) {
        worst = Math.max(worst, loss("/auc/" + action, "auc_" + action, means));
      }
    }
    json.put("auc_loss_relative", worst == Double.NEGATIVE_INFINITY ? null : worst);
    json.put("quality", means);
    return json;
  }

  private double loss(String pointer, String name, Map<String, Object> means) {
    double before = mean(float32, pointer);
    double after = mean(int8, pointer);
    Map<String, Object> both = new LinkedHashMap<>();
    both.put("float32", before);
    both.put("int8", after);
    means.put(name, both);
    return (before - after) / before;
  }

  private static double mean(List<JsonNode> seeds, String pointer) {
    return seeds.stream()
        .mapToDouble(seed -> seed.at(pointer).doubleValue())
        .average()
        .orElseThrow();
  }
}
