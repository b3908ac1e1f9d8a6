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
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The loss of quality when the models of a trained recipe run in int8. The same bundles are
 * evaluated on the same users in float32 and in int8, and on some processors also in int8 by the
 * native engine.
 */
public final class PrecisionLoss {
  private static final String FLOAT32 = "float32";
  private static final String INT8 = "int8";
  private static final String NATIVE = "int8_native";

  private final Map<String, List<JsonNode>> sides = new LinkedHashMap<>();

  private PrecisionLoss() {}

  /**
   * Trains the recipe of a data set once per seed, as {@code bench quality} does, and evaluates
   * each bundle with every side. A seed with an existing model is not trained again.
   *
   * @param data name of a data set with a recipe, or {@code simulator}
   * @param epochs number of training epochs; 0 for the recipe's number
   * @param natives whether the native engine computes int8 on this processor
   */
  public static PrecisionLoss measure(
      Home home, String data, int seeds, int epochs, boolean natives)
      throws IOException, InterruptedException {
    TrainedRecipe trained = TrainedRecipe.of(home, data, seeds, epochs);
    PrecisionLoss loss = new PrecisionLoss();
    for (int seed = 1; seed <= seeds; seed++) {
      loss.add(FLOAT32, evaluate(home, trained, seed, FLOAT32, "PROGRAM"));
      loss.add(INT8, evaluate(home, trained, seed, INT8, "PROGRAM"));
      if (natives) {
        loss.add(NATIVE, evaluate(home, trained, seed, INT8, "NATIVE"));
      }
    }
    return loss;
  }

  private void add(String side, JsonNode figures) {
    sides.computeIfAbsent(side, any -> new ArrayList<>()).add(figures);
  }

  private static JsonNode evaluate(
      Home home, TrainedRecipe trained, int seed, String precision, String engine)
      throws IOException, InterruptedException {
    Path bundle = trained.bundles().get(seed - 1);
    Path figures = bundle.resolveSibling(precision + "-" + engine + ".json");
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", "--data", trained.feedLog().toString()));
    arguments.addAll(List.of("--bundle", bundle.toString(), "--engine", engine));
    arguments.addAll(List.of("--precision", precision.toUpperCase(Locale.ROOT)));
    arguments.addAll(List.of("--json", figures.toString()));
    arguments.addAll(trained.options());
    arguments.addAll(List.of("--set", "training.seed=" + seed));
    ChildProcess.run(home, arguments);
    return new ObjectMapper().readTree(figures.toFile()).at("/results/evaluation");
  }

  /**
   * Returns the figures of every side, as means over the seeds, and the relative losses. The losses
   * are {@code hr10_loss_relative}, {@code ndcg10_loss_relative} and {@code auc_loss_relative} (of
   * the worst action). A loss is negative if int8 is better. The losses of the native engine have
   * the suffix {@code _native}.
   */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    Map<String, Map<String, Object>> means = new LinkedHashMap<>();
    sides.keySet().stream()
        .filter(side -> !side.equals(FLOAT32))
        .forEach(side -> putLosses(side, json, means));
    json.put("quality", means);
    return json;
  }

  private void putLosses(
      String side, Map<String, Object> json, Map<String, Map<String, Object>> means) {
    String suffix = side.equals(NATIVE) ? "_native" : "";
    for (String figure : List.of("hr10", "ndcg10")) {
      json.put(figure + "_loss_relative" + suffix, loss(side, "/" + figure, figure, means));
    }
    double worst = Double.NEGATIVE_INFINITY;
    JsonNode auc = figures(FLOAT32).get(0).path("auc");
    for (var actions = auc.fieldNames(); actions.hasNext(); ) {
      String action = actions.next();
      if (auc.path(action).isNumber()) {
        worst = Math.max(worst, loss(side, "/auc/" + action, "auc_" + action, means));
      }
    }
    json.put("auc_loss_relative" + suffix, worst == Double.NEGATIVE_INFINITY ? null : worst);
  }

  private List<JsonNode> figures(String side) {
    return Objects.requireNonNull(sides.get(side), side);
  }

  /** Returns the loss of a side, and records the means of this side and of float32. */
  private double loss(
      String side, String pointer, String name, Map<String, Map<String, Object>> means) {
    double before = mean(figures(FLOAT32), pointer);
    double after = mean(figures(side), pointer);
    Map<String, Object> all = means.computeIfAbsent(name, any -> new LinkedHashMap<>());
    all.put(FLOAT32, before);
    all.put(side, after);
    return (before - after) / before;
  }

  private static double mean(List<JsonNode> seeds, String pointer) {
    return seeds.stream()
        .mapToDouble(seed -> seed.at(pointer).doubleValue())
        .average()
        .orElseThrow();
  }
}
