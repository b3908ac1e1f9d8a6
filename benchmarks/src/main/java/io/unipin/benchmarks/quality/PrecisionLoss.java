package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The loss of quality when the models of a trained recipe run in int8. The same bundles are
 * evaluated on the same users in float32 and in int8.
 */
public final class PrecisionLoss {
  private final List<JsonNode> float32 = new ArrayList<>();
  private final List<JsonNode> int8 = new ArrayList<>();

  private PrecisionLoss() {}

  /**
   * Trains the recipe of a data set once per seed, as {@code bench quality} does, and evaluates
   * each bundle twice. A seed with an existing model is not trained again.
   *
   * @param data name of a data set with a recipe, or {@code simulator}
   * @param epochs number of training epochs; 0 for the recipe's number
   */
  public static PrecisionLoss measure(Home home, String data, int seeds, int epochs)
      throws IOException, InterruptedException {
    TrainedRecipe trained = TrainedRecipe.of(home, data, seeds, epochs);
    PrecisionLoss loss = new PrecisionLoss();
    for (int seed = 1; seed <= seeds; seed++) {
      loss.float32.add(evaluate(home, trained, seed, "FLOAT32"));
      loss.int8.add(evaluate(home, trained, seed, "INT8"));
    }
    return loss;
  }

  private static JsonNode evaluate(Home home, TrainedRecipe trained, int seed, String precision)
      throws IOException, InterruptedException {
    Path bundle = trained.bundles().get(seed - 1);
    Path figures = bundle.resolveSibling(precision + ".json");
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", "--data", trained.feedLog().toString()));
    arguments.addAll(List.of("--bundle", bundle.toString(), "--precision", precision));
    arguments.addAll(List.of("--json", figures.toString()));
    arguments.addAll(trained.options());
    arguments.addAll(List.of("--set", "training.seed=" + seed));
    ChildProcess.run(home, arguments);
    return new ObjectMapper().readTree(figures.toFile()).at("/results/evaluation");
  }

  /**
   * Returns the means over the seeds in both precisions, and the relative losses. The losses are
   * {@code hr10_loss_relative}, {@code ndcg10_loss_relative} and {@code auc_loss_relative} (of the
   * worst action). A loss is negative if int8 is better.
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
