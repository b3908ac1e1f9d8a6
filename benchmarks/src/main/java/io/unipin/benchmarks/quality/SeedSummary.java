package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * The figures of several seeds as one JSON object. Each figure is an object {@code {mean, spread}}.
 *
 * <p>The spread is the sample standard deviation. An undefined figure is null. The spread of a
 * single seed is null as well.
 */
final class SeedSummary {
  private static final List<String> RETRIEVAL =
      List.of("hr10", "ndcg10", "page_hr10", "page_ndcg10", "popularity_hr10", "recent_hr10");
  private static final List<String> RANKING =
      List.of(
          "auc", "bias_auc", "din_auc", "gauc", "bias_gauc", "din_gauc", "log_loss", "ne", "ece");
  private static final List<String> COUNTS = List.of("auc", "gauc", "ece");
  private static final List<String> PAGE_GAINS = List.of("hr10", "ndcg10");
  private static final List<String> WITH_TIME =
      List.of("hr10", "ndcg10", "page_hr10", "page_ndcg10");

  private final List<JsonNode> trainings;
  private final List<JsonNode> evaluations;

  /**
   * Creates the summary. Both lists have one element per seed, in the same order.
   *
   * @param trainings {@code results} of {@code unipin train}
   * @param evaluations {@code results.evaluation} of {@code unipin evaluate}
   */
  SeedSummary(List<JsonNode> trainings, List<JsonNode> evaluations) {
    this.trainings = trainings;
    this.evaluations = evaluations;
  }

  /**
   * Returns all figures. The ranking figures at the top level belong to {@code action}. In
   * addition, each action has a key with its own figures.
   */
  ObjectNode of(String action) {
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    RETRIEVAL.forEach(key -> results.set(key, spread(evaluations, "/" + key)));
    results.setAll(ranking(action));
    results.put("action", action);
    ObjectNode actions = results.putObject("actions");
    for (Iterator<String> names = evaluations.get(0).path("auc").fieldNames(); names.hasNext(); ) {
      String name = names.next();
      actions.set(name, ranking(name));
    }
    results.set("page_over_retrieval", pageGains());
    ObjectNode timed = results.putObject("with_time");
    WITH_TIME.forEach(key -> timed.set(key, spread(evaluations, "/with_time/" + key)));
    timed.set("ndcg10_over_without", all("/with_time/ndcg10_over_without"));
    results.set("gauc_by_action", byAction("gauc"));
    ObjectNode counts = results.putObject("counts");
    COUNTS.forEach(key -> counts.set(key + "_by_action", byAction("counts_" + key)));
    counts.set("gauc_over_counts", byAction("gauc_over_counts", this::all));
    if (evaluations.get(0).path("counts").isObject()) {
      counts.set("model", ownCounts());
    }
    if (evaluations.get(0).hasNonNull("ties")) {
      results.set("ties", evaluations.get(0).get("ties"));
    }
    results.put("seeds", evaluations.size());
    results.set("train_minutes", spread(trainings, "/seconds", 60));
    results.set("epochs", spread(trainings, "/epochs"));
    results.set("examples_per_second", spread(trainings, "/examples_per_second"));
    return results;
  }

  /** Returns the figures of the model with its own counts and without them, by action. */
  private ObjectNode ownCounts() {
    ObjectNode counts = JsonNodeFactory.instance.objectNode();
    ArrayNode generations = counts.putArray("generations");
    evaluations.forEach(each -> generations.add(each.at("/counts/generation")));
    for (String key : COUNTS) {
      String name = "/counts/" + key + "_by_action";
      ObjectNode figures = counts.putObject(key + "_by_action");
      for (Iterator<String> names = evaluations.get(0).at(name).fieldNames(); names.hasNext(); ) {
        String action = names.next();
        ObjectNode both = figures.putObject(action);
        for (String side : List.of("without", "with")) {
          both.set(side, spread(evaluations, String.join("/", name, action, side)));
        }
      }
    }
    for (String key : List.of("auc_over_without", "gauc_over_without")) {
      ObjectNode gains = counts.putObject(key);
      String name = "/counts/" + key;
      for (Iterator<String> names = evaluations.get(0).at(name).fieldNames(); names.hasNext(); ) {
        String action = names.next();
        gains.set(action, all(name + "/" + action));
      }
    }
    return counts;
  }

  /**
   * Returns how much better served pages are than retrieval: the differences of all seeds, by
   * figure.
   */
  private ObjectNode pageGains() {
    ObjectNode gains = JsonNodeFactory.instance.objectNode();
    PAGE_GAINS.forEach(key -> gains.set(key, all("/page_over_retrieval/" + key)));
    return gains;
  }

  /** Returns mean and spread of a figure for each action. */
  private ObjectNode byAction(String key) {
    return byAction(key, pointer -> spread(evaluations, pointer));
  }

  private ObjectNode byAction(String key, Function<String, JsonNode> combined) {
    ObjectNode values = JsonNodeFactory.instance.objectNode();
    evaluations
        .get(0)
        .path(key)
        .fieldNames()
        .forEachRemaining(name -> values.set(name, combined.apply("/" + key + "/" + name)));
    return values;
  }

  /** Returns a difference with its interval for every seed that has it. */
  private ArrayNode all(String pointer) {
    ArrayNode differences = JsonNodeFactory.instance.arrayNode();
    evaluations.stream()
        .map(evaluation -> evaluation.at(pointer))
        .filter(JsonNode::isObject)
        .forEach(differences::add);
    return differences;
  }

  private ObjectNode ranking(String action) {
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    RANKING.forEach(key -> results.set(key, spread(evaluations, "/" + key + "/" + action)));
    results.set("mrr", spread(evaluations, "/slate_mrr/" + action));
    ArrayNode gains = results.putArray("auc_over_bias");
    evaluations.forEach(evaluation -> gains.add(evaluation.at("/auc_over_bias/" + action)));
    return results;
  }

  /**
   * Returns mean and spread of a figure; both are null unless every seed has a number at
   * {@code pointer}.
   */
  static ObjectNode spread(List<JsonNode> seeds, String pointer) {
    return spread(seeds, pointer, 1);
  }

  private static ObjectNode spread(List<JsonNode> seeds, String pointer, double unit) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    boolean defined =
        StreamSupport.stream(seeds.spliterator(), false)
            .allMatch(seed -> seed.at(pointer).isNumber());
    if (!defined) {
      return json.putNull("mean").putNull("spread");
    }
    double[] values = seeds.stream().mapToDouble(s -> s.at(pointer).asDouble() / unit).toArray();
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    json.put("mean", mean);
    return values.length < 2
        ? json.putNull("spread")
        : json.put("spread", Math.sqrt(squares / (values.length - 1)));
  }
}
