package io.unipin.evaluate.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.SlateInput;
import java.util.List;
import java.util.Locale;

/**
 * Result of a {@link GapStudy}. Immutable.
 *
 * @param actions names of the action types, in the order of the schema
 * @param oracle name of the action whose probability the log's oracle states; empty without an
 *     oracle
 */
public record GapStudyResult(List<String> actions, String oracle, List<Row> rows) {

  /**
   * Figures of one gap.
   *
   * @param slates number of slates that were predicted
   * @param predicted mean probability of each action, at the positions where the impressions were
   *     shown
   * @param observed share of the impressions that got each action
   * @param first two numbers: the mean predicted probability of the oracle's action at the first
   *     position, and the mean of the oracle's own probabilities; empty without an oracle
   */
  public record Row(
      long seconds, int slates, List<Double> predicted, List<Double> observed, List<Double> first) {
    public Row {
      predicted = List.copyOf(predicted);
      observed = List.copyOf(observed);
      first = List.copyOf(first);
    }
  }

  public GapStudyResult {
    actions = List.copyOf(actions);
    rows = List.copyOf(rows);
  }

  /** Returns all figures. */
  public ArrayNode toJson() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Row row : rows) {
      ObjectNode of = json.addObject();
      of.put("gap_seconds", row.seconds());
      of.put("slates", row.slates());
      ObjectNode predicted = of.putObject("predicted");
      ObjectNode observed = of.putObject("observed");
      for (int c = 0; c < actions.size(); c++) {
        EvaluationJson.number(predicted, actions.get(c), row.predicted().get(c));
        EvaluationJson.number(observed, actions.get(c), row.observed().get(c));
      }
      if (!oracle.isEmpty()) {
        EvaluationJson.number(of, "predicted_first", row.first().get(0));
        EvaluationJson.number(of, "oracle", row.first().get(1));
      }
    }
    return json;
  }

  /** Returns all figures as a text table. */
  public String toTable() {
    StringBuilder text = new StringBuilder();
    text.append("Asked so long after the last action, about slates of the most similar gaps:\n");
    text.append("  mean probability and share that did it");
    text.append(oracle.isEmpty() ? "" : "; " + oracle + " at the first position, and the oracle");
    text.append(String.format(Locale.ROOT, "\n  %-10s %8s", "gap", "slates"));
    actions.forEach(action -> text.append(String.format(Locale.ROOT, "%17s", action)));
    text.append(oracle.isEmpty() ? "" : String.format(Locale.ROOT, "%17s", "oracle"));
    text.append('\n');
    for (Row row : rows) {
      text.append(
          String.format(Locale.ROOT, "  %-10s %,8d", SlateInput.time(row.seconds()), row.slates()));
      for (int c = 0; c < actions.size(); c++) {
        text.append(pair(row.predicted().get(c), row.observed().get(c)));
      }
      text.append(oracle.isEmpty() ? "" : pair(row.first().get(0), row.first().get(1)));
      text.append('\n');
    }
    return text.toString();
  }

  private static String pair(double one, double other) {
    return String.format(Locale.ROOT, "    %.4f %.4f", one, other);
  }
}
