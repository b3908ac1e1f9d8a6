package io.unipin.evaluate.prerank;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.prerank.FittedPreRank;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Result of a {@link PreRankStudy}. Immutable. */
public final class PreRankResult {
  private static final int PAGE = 10;

  private final PreRankStudy.Settings settings;
  private final FittedPreRank weights;
  private final int users;
  private final List<Row> rows;

  /**
   * Figures of pages that score a number of candidates.
   *
   * @param without NDCG@10 and HR@10 of the pages without pre-ranking
   * @param with NDCG@10 and HR@10 of the pages with pre-ranking
   * @param gain NDCG@10 of pages with pre-ranking minus that of the pages that score the most
   *     candidates, without pre-ranking
   */
  public record Row(int scored, Figures without, Figures with, PairedBootstrap.Difference gain) {}

  /** Mean figures of all pages; NaN without users. */
  public record Figures(double ndcg10, double hr10) {
    static Figures of(double[] gains) {
      double sum = 0;
      double hits = 0;
      for (double gain : gains) {
        sum += gain;
        hits += gain > 0 ? 1 : 0;
      }
      return new Figures(sum / gains.length, hits / gains.length);
    }
  }

  /**
   * Creates the result.
   *
   * @param scored numbers of scored candidates, ascending
   * @param without for each user, the position of the target on each page without pre-ranking; 0 if
   *     it is not on the page
   * @param with the same with pre-ranking
   */
  PreRankResult(
      PreRankStudy.Settings settings,
      FittedPreRank weights,
      int[] scored,
      List<int[]> without,
      List<int[]> with) {
    this.settings = settings;
    this.weights = weights;
    this.users = without.size();
    List<Row> all = new ArrayList<>();
    double[] goal = gains(without, scored.length - 1);
    for (int s = 0; s < scored.length; s++) {
      double[] gains = gains(with, s);
      all.add(
          new Row(
              scored[s],
              Figures.of(gains(without, s)),
              Figures.of(gains),
              PairedBootstrap.mean(gains, goal)));
    }
    this.rows = List.copyOf(all);
  }

  /** Returns the NDCG@10 of each user's page. */
  private static double[] gains(List<int[]> places, int page) {
    return places.stream()
        .mapToInt(of -> of[page])
        .mapToDouble(place -> place == 0 || place > PAGE ? 0 : Math.log(2) / Math.log1p(place))
        .toArray();
  }

  public List<Row> rows() {
    return rows;
  }

  /** Returns the NDCG@10 of the pages that score the most candidates, without pre-ranking. */
  public double goal() {
    return rows.get(rows.size() - 1).without().ndcg10();
  }

  /**
   * Returns the smallest number of scored candidates for which pages with pre-ranking reach {@link
   * #goal}; 0 if even the largest number does not. Every larger number must reach the goal as well,
   * so a number that reaches it only by chance does not count.
   */
  public int candidates() {
    return reaching(Row::with);
  }

  /**
   * Returns the smallest number of scored candidates for which pages without pre-ranking reach
   * {@link #goal}. Every larger number must reach the goal as well.
   */
  public int candidatesWithout() {
    return reaching(Row::without);
  }

  private int reaching(Function<Row, Figures> pages) {
    int reaching = 0;
    for (int row = rows.size() - 1; row >= 0; row--) {
      if (!(pages.apply(rows.get(row)).ndcg10() >= goal())) {
        break;
      }
      reaching = rows.get(row).scored();
    }
    return reaching;
  }

  /**
   * Returns {@code {users, over_fetch, follows, candidates, candidates_without, page_ndcg10_without,
   * pages: [{scored, page_ndcg10, page_hr10, …}], weights, …}}.
   */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("users", users);
    json.put("over_fetch", settings.overFetch());
    json.put("follows", settings.follows());
    count(json, "candidates", candidates());
    count(json, "candidates_without", candidatesWithout());
    EvaluationJson.number(json, "page_ndcg10_without", goal());
    ArrayNode pages = json.putArray("pages");
    for (Row row : rows) {
      ObjectNode page = pages.addObject().put("scored", row.scored());
      EvaluationJson.number(page, "page_ndcg10", row.with().ndcg10());
      EvaluationJson.number(page, "page_hr10", row.with().hr10());
      EvaluationJson.number(page, "page_ndcg10_without", row.without().ndcg10());
      EvaluationJson.number(page, "page_hr10_without", row.without().hr10());
      page.set("over_most_without", EvaluationJson.difference(row.gain()));
    }
    json.put("kept_of_validation", weights.keptByWeights());
    json.put("kept_of_validation_by_retrieval", weights.keptByRetrieval());
    ObjectNode named = json.putObject("weights").put("similarity", weights.similarity());
    weights.features().forEach(feature -> named.put(feature.name(), feature.weight()));
    return json;
  }

  private static void count(ObjectNode json, String key, int candidates) {
    if (candidates == 0) {
      json.putNull(key);
    } else {
      json.put(key, candidates);
    }
  }

  /** Returns all figures as lines of text. */
  public String toTable() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "Pages of %,d users with pre-ranking from %d times as many candidates%s:",
        users,
        settings.overFetch(),
        settings.follows() == 0 ? "" : " and " + settings.follows() + " followers");
    line(text, "  %8s %10s %10s %10s %10s", "scored", "NDCG@10", "HR@10", "without", "without");
    for (Row row : rows) {
      line(
          text,
          "  %8d %10.4f %10.4f %10.4f %10.4f",
          row.scored(),
          row.with().ndcg10(),
          row.with().hr10(),
          row.without().ndcg10(),
          row.without().hr10());
    }
    line(
        text,
        "  candidates scored for the NDCG@10 of %d without pre-ranking: %s; without it: %s",
        rows.get(rows.size() - 1).scored(),
        number(candidates()),
        number(candidatesWithout()));
    return text.toString();
  }

  private static String number(int candidates) {
    return candidates == 0 ? "not reached" : String.valueOf(candidates);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
