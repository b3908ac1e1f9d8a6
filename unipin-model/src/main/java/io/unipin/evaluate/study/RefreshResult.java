package io.unipin.evaluate.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.evaluate.RankingRow;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Result of a {@link RefreshStudy}. Immutable.
 *
 * @param days number of days of the test part that have impressions
 * @param rows figures per action type, in the order of the schema
 */
public record RefreshResult(int days, List<Row> rows) {
  private static final Map<String, ToDoubleFunction<RankingRow>> FIGURES =
      new TreeMap<>(
          Map.of(
              "auc", RankingRow::auc,
              "gauc", RankingRow::gauc,
              "ece", RankingRow::calibrationError));

  /**
   * Figures of one action.
   *
   * @param model figures of the model with refreshed counts
   * @param baseline figures of the baseline of counts with refreshed tables
   * @param overFixed gain of the model's refreshed counts over its counts until the end of training
   * @param overBaseline gain of the model over the baseline, both refreshed
   */
  public record Row(
      String action, RankingRow model, RankingRow baseline, Gain overFixed, Gain overBaseline) {}

  /** Differences in AUC and in GAUC. */
  public record Gain(PairedBootstrap.Difference auc, PairedBootstrap.Difference gauc) {}

  public RefreshResult {
    rows = List.copyOf(rows);
  }

  /**
   * Returns {@code {days, auc_by_action: {ACTION: {model, baseline}}, gauc_by_action,
   * ece_by_action, auc_over_fixed: {ACTION: {difference, lower, upper}}, gauc_over_fixed,
   * auc_over_baseline, gauc_over_baseline}}.
   */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("days", days);
    FIGURES.forEach(
        (key, figure) -> {
          ObjectNode actions = json.putObject(key + "_by_action");
          for (Row row : rows) {
            ObjectNode both = actions.putObject(row.action());
            EvaluationJson.number(both, "model", figure.applyAsDouble(row.model()));
            EvaluationJson.number(both, "baseline", figure.applyAsDouble(row.baseline()));
          }
        });
    ObjectNode aucFixed = json.putObject("auc_over_fixed");
    ObjectNode gaucFixed = json.putObject("gauc_over_fixed");
    ObjectNode aucBaseline = json.putObject("auc_over_baseline");
    ObjectNode gaucBaseline = json.putObject("gauc_over_baseline");
    for (Row row : rows) {
      aucFixed.set(row.action(), EvaluationJson.difference(row.overFixed().auc()));
      gaucFixed.set(row.action(), EvaluationJson.difference(row.overFixed().gauc()));
      aucBaseline.set(row.action(), EvaluationJson.difference(row.overBaseline().auc()));
      gaucBaseline.set(row.action(), EvaluationJson.difference(row.overBaseline().gauc()));
    }
    return json;
  }

  /** Returns the figures as lines of text. Leaves out actions without an AUC. */
  public String toTable() {
    StringBuilder text = new StringBuilder();
    line(text, "Ranking with counts that are refreshed before each of %d days of the test:", days);
    for (Row row : rows) {
      if (!Double.isNaN(row.model().auc())) {
        line(
            text,
            "  %-12s AUC %.4f, GAUC %.4f (over counts until the end of training %+.4f, %+.4f; over"
                + " the refreshed baseline %+.4f, %+.4f)",
            row.action(),
            row.model().auc(),
            row.model().gauc(),
            row.overFixed().auc().difference(),
            row.overFixed().gauc().difference(),
            row.overBaseline().auc().difference(),
            row.overBaseline().gauc().difference());
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
