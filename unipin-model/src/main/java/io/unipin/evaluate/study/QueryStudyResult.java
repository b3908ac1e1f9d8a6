package io.unipin.evaluate.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.PairedBootstrap;
import java.util.List;
import java.util.Locale;

/**
 * Result of a {@link QueryStudy}. Immutable.
 *
 * @param actions names of the action types
 * @param users number of users in the study
 * @param recall (1 + actions, actions) recall by list and action. Row 0 belongs to the list without
 *     an outcome, and row 1 + a to the list for action a. Column c is the recall of the items that
 *     got action c; NaN when no user has such an item
 * @param gains for each action, the recall that a query for this action gains over the query
 *     without an outcome
 * @param one recall of all positive items by one query
 * @param several recall of all positive items by several queries that share one list of equal
 *     length
 * @param gain recall gained by several queries over one query
 */
public record QueryStudyResult(
    List<String> actions,
    int users,
    double[][] recall,
    List<PairedBootstrap.Difference> gains,
    double one,
    double several,
    PairedBootstrap.Difference gain) {

  /**
   * Returns {@code {users, list, asked: {nothing: {ACTION: recall}, ACTION: …}, gain: {ACTION: …},
   * one_query, several_queries, …}}.
   */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("users", users).put("list", QueryStudy.LIST);
    ObjectNode asked = json.putObject("asked");
    for (int o = 0; o <= actions.size(); o++) {
      ObjectNode row = asked.putObject(o == 0 ? "nothing" : actions.get(o - 1));
      for (int c = 0; c < actions.size(); c++) {
        EvaluationJson.number(row, actions.get(c), recall[o][c]);
      }
    }
    ObjectNode gained = json.putObject("gain");
    for (int c = 0; c < actions.size(); c++) {
      gained.set(actions.get(c), EvaluationJson.difference(gains.get(c)));
    }
    EvaluationJson.number(json, "one_query", one);
    EvaluationJson.number(json, "several_queries", several);
    json.set("several_gain", EvaluationJson.difference(gain));
    return json;
  }

  /** Returns all figures as lines of text. */
  public String toTable() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "Retrieval of %d items for %,d users: recall of what gets an action",
        QueryStudy.LIST,
        users);
    for (int c = 0; c < actions.size(); c++) {
      if (!Double.isNaN(recall[0][c])) {
        line(
            text,
            "  %-12s asked for nothing %.4f, for %s %.4f (gain %+.4f, 95 %% of resamples %+.4f to"
                + " %+.4f)",
            actions.get(c),
            recall[0][c],
            actions.get(c),
            recall[1 + c][c],
            gains.get(c).difference(),
            gains.get(c).lower(),
            gains.get(c).upper());
      }
    }
    line(
        text,
        "  any positive one: one query %.4f, several %.4f (gain %+.4f, %+.4f to %+.4f)",
        one,
        several,
        gain.difference(),
        gain.lower(),
        gain.upper());
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
