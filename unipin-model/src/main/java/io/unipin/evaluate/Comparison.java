package io.unipin.evaluate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares two evaluations of the same held-out split. Each difference comes with a confidence
 * interval of {@link PairedBootstrap}. Immutable.
 */
public final class Comparison {
  private static final int CUTOFF = 10;

  private final Map<String, PairedBootstrap.Difference> differences = new LinkedHashMap<>();

  private Comparison() {}

  /**
   * Compares the first evaluation with the second.
   *
   * @throws IllegalArgumentException when the two evaluations do not cover the same users and
   *     impressions
   */
  public static Comparison of(Evaluation one, Evaluation other) {
    if (!Arrays.equals(one.retrieval().found(), other.retrieval().found())
        || !Arrays.equals(one.predictions().itemIds(), other.predictions().itemIds())) {
      throw new IllegalArgumentException(
          "evaluations of the same users and impressions expected, got different ones");
    }
    Comparison comparison = new Comparison();
    Ranks first = one.retrieval().model();
    Ranks second = other.retrieval().model();
    comparison.differences.put(
        "hr10", PairedBootstrap.mean(first.hits(CUTOFF), second.hits(CUTOFF)));
    comparison.differences.put(
        "ndcg10", PairedBootstrap.mean(first.gains(CUTOFF), second.gains(CUTOFF)));
    Ranks page = one.retrieval().page();
    Ranks otherPage = other.retrieval().page();
    if (page.users() > 0 && otherPage.users() > 0) {
      comparison.differences.put(
          "page_hr10", PairedBootstrap.mean(page.hits(CUTOFF), otherPage.hits(CUTOFF)));
      comparison.differences.put(
          "page_ndcg10", PairedBootstrap.mean(page.gains(CUTOFF), otherPage.gains(CUTOFF)));
    }
    List<ActionMetrics> actions = one.ranking().actions();
    int[] users = one.predictions().users();
    for (int c = 0; c < actions.size(); c++) {
      comparison.differences.put(
          "auc." + actions.get(c).action(),
          PairedBootstrap.auc(
              one.predictions().probabilities(c),
              other.predictions().probabilities(c),
              one.predictions().labels(c),
              users));
    }
    return comparison;
  }

  /**
   * Returns the differences by figure: {@code hr10}, {@code ndcg10}, and {@code auc.ACTION} for
   * every action. If pages were measured, also {@code page_hr10} and {@code page_ndcg10}.
   */
  public Map<String, PairedBootstrap.Difference> differences() {
    return Map.copyOf(differences);
  }

  /** Returns {@code {figure: {difference, lower, upper}}}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    differences.forEach(
        (name, difference) -> json.set(name, EvaluationJson.difference(difference)));
    return json;
  }

  /** Returns one line of text per figure. */
  public String toTable() {
    StringBuilder text = new StringBuilder();
    differences.forEach(
        (name, each) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "  %-16s %+.4f (95 %% of resamples: %+.4f to %+.4f)%n",
                    name,
                    each.difference(),
                    each.lower(),
                    each.upper())));
    return text.toString();
  }
}
