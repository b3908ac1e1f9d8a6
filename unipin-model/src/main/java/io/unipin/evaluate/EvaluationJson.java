package io.unipin.evaluate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Formats an evaluation as JSON. Figures of retrieval have keys such as {@code hr10} and
 * {@code popularity_hr10}. Figures of ranking, such as {@code auc: {like: …}} and {@code bias_auc},
 * have one value per action.
 */
public final class EvaluationJson {
  private static final int[] CUTOFFS = {10, 50, 200};

  private EvaluationJson() {}

  static ObjectNode of(Evaluation evaluation) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("part", evaluation.part().name().toLowerCase(Locale.ROOT));
    RetrievalMetrics retrieval = evaluation.retrieval();
    json.put("users", retrieval.model().users());
    json.put("skipped", retrieval.repeats() + retrieval.targetless());
    json.put("skipped_repeats", retrieval.repeats());
    json.put("skipped_without_target", retrieval.targetless());
    ranks(json, "", retrieval.model());
    ranks(json, "popularity_", retrieval.popularity());
    ranks(json, "recent_", retrieval.recent());
    RankingMetrics ranking = evaluation.ranking();
    json.put("ranking_users", ranking.users());
    json.put("views", ranking.views());
    json.put("impressions", ranking.impressions());
    ObjectNode positives = json.putObject("positives");
    ranking.actions().forEach(action -> positives.put(action.action(), action.positives()));
    perAction(json, "base_rate", ranking, ActionMetrics::baseRate);
    row(json, "", ranking, ActionMetrics::model);
    row(json, "bias_", ranking, ActionMetrics::bias);
    order(json, "popularity_", ranking, ActionMetrics::popularity);
    ObjectNode gains = json.putObject("auc_over_bias");
    ranking.actions().forEach(action -> gains.set(action.action(), difference(action.gain())));
    json.put("protocol", evaluation.protocol());
    return json;
  }

  private static void ranks(ObjectNode json, String prefix, Ranks ranks) {
    for (int k : CUTOFFS) {
      number(json, prefix + "hr" + k, ranks.hr(k));
      number(json, prefix + "ndcg" + k, ranks.ndcg(k));
    }
    number(json, prefix + "mrr", ranks.mrr());
  }

  private static void row(ObjectNode json, String prefix, RankingMetrics ranking, Row row) {
    order(json, prefix, ranking, row);
    perAction(json, prefix + "log_loss", ranking, action -> row.of(action).logLoss());
    perAction(json, prefix + "ne", ranking, action -> row.of(action).normalisedEntropy());
    perAction(json, prefix + "ece", ranking, action -> row.of(action).calibrationError());
  }

  private static void order(ObjectNode json, String prefix, RankingMetrics ranking, Row row) {
    perAction(json, prefix + "auc", ranking, action -> row.of(action).auc());
    perAction(json, prefix + "gauc", ranking, action -> row.of(action).gauc());
    perAction(json, prefix + "slate_mrr", ranking, action -> row.of(action).slateMrr());
  }

  private static void perAction(
      ObjectNode json, String key, RankingMetrics ranking, ToDoubleFunction<ActionMetrics> figure) {
    ObjectNode values = json.putObject(key);
    ranking
        .actions()
        .forEach(action -> number(values, action.action(), figure.applyAsDouble(action)));
  }

  /** Returns {@code {difference, lower, upper}}. */
  public static ObjectNode difference(PairedBootstrap.Difference difference) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    number(json, "difference", difference.difference());
    number(json, "lower", difference.lower());
    number(json, "upper", difference.upper());
    return json;
  }

  public static void number(ObjectNode json, String key, double value) {
    if (Double.isNaN(value)) {
      json.putNull(key);
    } else {
      json.put(key, value);
    }
  }

  /** Selects the figures of one ranker from the metrics of an action. */
  @FunctionalInterface
  private interface Row {
    RankingRow of(ActionMetrics action);
  }
}
