package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.benchmarks.rival.RankerPredictions;
import io.unipin.evaluate.BinaryMetrics;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.evaluate.Predictions;
import io.unipin.evaluate.Ranks;
import java.util.Arrays;
import java.util.List;

/** The figures of rivals beside those of our model, on the same users. */
final class RivalDifferences {
  private static final int LIST = 10;

  private RivalDifferences() {}

  /**
   * Returns {@code {hr10, ndcg10, ours_minus_rival: {hr10: {difference, lower, upper}, ndcg10: …}}}.
   *
   * @param rival ranks of the targets of all users whose targets our model was measured on
   */
  static ObjectNode retrieval(Evaluation ours, Ranks rival) {
    Ranks own = ours.retrieval().model();
    requireSame("targets", own.users(), rival.users());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    EvaluationJson.number(json, "hr10", rival.hr(LIST));
    EvaluationJson.number(json, "ndcg10", rival.ndcg(LIST));
    ObjectNode differences = json.putObject("ours_minus_rival");
    differences.set("hr10", difference(own.hits(LIST), rival.hits(LIST)));
    differences.set("ndcg10", difference(own.gains(LIST), rival.gains(LIST)));
    return json;
  }

  /** Returns {@code {page_ndcg10, ours_page_ndcg10, ours_minus_pair: {difference, …}}}. */
  static ObjectNode pages(Evaluation ours, Ranks pair) {
    Ranks own = ours.retrieval().page();
    requireSame("targets", own.users(), pair.users());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    EvaluationJson.number(json, "page_ndcg10", pair.ndcg(LIST));
    EvaluationJson.number(json, "ours_page_ndcg10", own.ndcg(LIST));
    json.set("ours_minus_pair", difference(own.gains(LIST), pair.gains(LIST)));
    return json;
  }

  private static ObjectNode difference(double[] ours, double[] rival) {
    return EvaluationJson.difference(PairedBootstrap.mean(ours, rival));
  }

  /**
   * Returns {@code {auc: {click: …}, gauc_by_action: {click: …}, ours_minus_rival: {auc: {click:
   * {difference, lower, upper}}, gauc_by_action: …}}}.
   */
  static ObjectNode ranking(Evaluation ours, RankerPredictions rival) {
    Predictions own = ours.predictions();
    int[] users = own.users();
    requireSame("impressions", users.length, rival.users().length);
    if (!Arrays.equals(users, rival.users())) {
      throw new IllegalStateException("impressions of the same users expected, got others");
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode auc = json.putObject("auc");
    ObjectNode gauc = json.putObject("gauc_by_action");
    ObjectNode differences = json.putObject("ours_minus_rival");
    ObjectNode aucDifferences = differences.putObject("auc");
    ObjectNode gaucDifferences = differences.putObject("gauc_by_action");
    List<String> names = ours.ranking().actions().stream().map(each -> each.action()).toList();
    for (int c = 0; c < names.size(); c++) {
      String name = names.get(c);
      float[] scores = rival.probabilities()[c];
      float[] mine = own.probabilities(c);
      boolean[] labels = own.labels(c);
      EvaluationJson.number(auc, name, BinaryMetrics.auc(scores, labels));
      EvaluationJson.number(gauc, name, BinaryMetrics.groupedAuc(scores, labels, users));
      aucDifferences.set(
          name, EvaluationJson.difference(PairedBootstrap.auc(mine, scores, labels, users)));
      gaucDifferences.set(
          name, EvaluationJson.difference(PairedBootstrap.gauc(mine, scores, labels, users)));
    }
    return json;
  }

  private static void requireSame(String what, int ours, int rival) {
    if (ours != rival) {
      throw new IllegalStateException(
          "%s %s expected, as our model has, got %s".formatted(ours, what, rival));
    }
  }
}
