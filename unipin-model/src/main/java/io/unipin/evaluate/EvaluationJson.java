package io.unipin.evaluate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Formats an evaluation as JSON. Figures of retrieval have keys such as {@code hr10},
 * {@code page_hr10} and {@code popularity_hr10}. Figures of ranking, such as {@code auc: {like: …}} and {@code bias_auc},
 * have one value per action.
 */
public final class EvaluationJson {
  private static final int[] CUTOFFS = {10, 50, 200};
  private static final String TIES =
      "equal scores: smaller item id first, one half in an AUC; actions of equal times: order of the"
          + " log";
  private static final Map<String, ToDoubleFunction<RankingRow>> COUNTED =
      new TreeMap<>(
          Map.of(
              "auc", RankingRow::auc,
              "gauc", RankingRow::gauc,
              "log_loss", RankingRow::logLoss,
              "ne", RankingRow::normalisedEntropy,
              "ece", RankingRow::calibrationError,
              "slate_mrr", RankingRow::slateMrr));

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
    page(json, retrieval);
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
    counts(json, ranking);
    counted(json, ranking);
    json.put("ties", TIES);
    json.put("protocol", evaluation.protocol());
    return json;
  }

  /**
   * Writes the ranks on served pages, and how much better they are than the ranks by retrieval
   * alone.
   */
  private static void page(ObjectNode json, RetrievalMetrics retrieval) {
    Ranks page = retrieval.page();
    ranks(json, "page_", page);
    if (page.users() > 0) {
      Ranks alone = retrieval.model();
      ObjectNode gains = json.putObject("page_over_retrieval");
      gains.set("hr10", difference(PairedBootstrap.mean(page.hits(10), alone.hits(10))));
      gains.set("ndcg10", difference(PairedBootstrap.mean(page.gains(10), alone.gains(10))));
    }
    timed(json, retrieval);
  }

  /** Writes the ranks of queries that know the time of the request, if the log has times. */
  private static void timed(ObjectNode json, RetrievalMetrics retrieval) {
    Ranks timed = retrieval.timed();
    if (timed.users() > 0) {
      Ranks page = retrieval.timedPage();
      ObjectNode values = json.putObject("with_time");
      number(values, "hr10", timed.hr(10));
      number(values, "ndcg10", timed.ndcg(10));
      number(values, "page_hr10", page.hr(10));
      number(values, "page_ndcg10", page.ndcg(10));
      values.set(
          "ndcg10_over_without",
          difference(PairedBootstrap.mean(timed.gains(10), retrieval.model().gains(10))));
    }
  }

  /** Writes the figures of the baseline of counts, if this baseline was measured. */
  private static void counts(ObjectNode json, RankingMetrics ranking) {
    if (ranking.counts().isEmpty()) {
      return;
    }
    for (Map.Entry<String, ToDoubleFunction<RankingRow>> figure : COUNTED.entrySet()) {
      ObjectNode values = json.putObject("counts_" + figure.getKey());
      ranking
          .counts()
          .forEach(
              each -> number(values, each.action(), figure.getValue().applyAsDouble(each.row())));
    }
    ObjectNode gains = json.putObject("gauc_over_counts");
    ranking.counts().forEach(each -> gains.set(each.action(), difference(each.gain())));
  }

  /** Writes what the model's counts change, if the model has counts. */
  private static void counted(ObjectNode json, RankingMetrics ranking) {
    if (ranking.counted().isEmpty()) {
      return;
    }
    ObjectNode counts = json.putObject("counts");
    counts.put("generation", ranking.generation());
    for (Map.Entry<String, ToDoubleFunction<RankingRow>> figure : COUNTED.entrySet()) {
      ObjectNode values = counts.putObject(figure.getKey() + "_by_action");
      for (RankingMetrics.Counted each : ranking.counted()) {
        ObjectNode both = values.putObject(each.action());
        number(both, "without", figure.getValue().applyAsDouble(each.without()));
        number(both, "with", figure.getValue().applyAsDouble(each.with()));
      }
    }
    ObjectNode auc = counts.putObject("auc_over_without");
    ranking.counted().forEach(each -> auc.set(each.action(), difference(each.aucGain())));
    ObjectNode gauc = counts.putObject("gauc_over_without");
    ranking.counted().forEach(each -> gauc.set(each.action(), difference(each.gaucGain())));
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
