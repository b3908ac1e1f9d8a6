package io.unipin.evaluate.slices;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.evaluate.Ranks;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Formats slices as JSON and as a text table. */
final class SlicesText {
  private static final String RULES =
      """
      Slices of the test part: training_count of a target is its item's number of positive actions in the training part, \
      of an impression its item's number of training impressions; age is the time from an item's creation to the action or \
      the feedview; history is the number of the user's actions before. \
      Content neighbours: dot product of an item's content and the mean content of the positive actions before, contents at \
      unit length, same users, filter and tie order as the model. \
      Lists: the first 10 items that the model offers each of these users. Gini: of how often each item of the catalogue is in a list. \
      Withheld items (cold) are in no batch, history or slate of a training, choose no checkpoint, and count as 0 in popularity; \
      the model embeds them by content alone, wherever they are met.\
      """;

  private SlicesText() {}

  static ObjectNode json(Slices slices) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    slices
        .slices()
        .forEach(
            (key, classes) -> {
              ObjectNode of = json.putObject(key);
              classes.forEach(each -> write(of.putObject(each.name()), each));
            });
    if (slices.withheld() > 0) {
      json.put("withheld_items", slices.withheld());
      ObjectNode differences = json.putObject("cold_over_content");
      slices
          .coldOverContent()
          .forEach((name, each) -> differences.set(name, EvaluationJson.difference(each)));
    }
    ListFigures lists = slices.lists();
    ObjectNode of = json.putObject("lists");
    of.put("lists", lists.lists());
    of.put("items", lists.items());
    EvaluationJson.number(of, "coverage", lists.coverage());
    EvaluationJson.number(of, "gini", lists.gini());
    EvaluationJson.number(of, "withheld_share", lists.withheld());
    json.put("rules", RULES);
    return json;
  }

  private static void write(ObjectNode json, SliceFigures figures) {
    json.put("targets", figures.model().users());
    ranks(json, "", figures.model());
    ranks(json, "page_", figures.page());
    ranks(json, "popularity_", figures.popularity());
    ranks(json, "content_", figures.content());
    json.put("impressions", figures.impressions());
    ObjectNode positives = json.putObject("positives");
    figures.actions().forEach(each -> positives.put(each.action(), each.positives()));
    perAction(json, "auc", figures, SliceFigures.ActionFigures::auc);
    perAction(json, "predicted", figures, SliceFigures.ActionFigures::predicted);
    perAction(json, "observed", figures, SliceFigures.ActionFigures::observed);
  }

  private static void ranks(ObjectNode json, String prefix, Ranks ranks) {
    EvaluationJson.number(json, prefix + "hr10", ranks.hr(Slices.CUTOFF));
    EvaluationJson.number(json, prefix + "ndcg10", ranks.ndcg(Slices.CUTOFF));
  }

  private static void perAction(
      ObjectNode json,
      String key,
      SliceFigures figures,
      ToDoubleFunction<SliceFigures.ActionFigures> figure) {
    ObjectNode values = json.putObject(key);
    figures
        .actions()
        .forEach(each -> EvaluationJson.number(values, each.action(), figure.applyAsDouble(each)));
  }

  static String table(Slices slices, String action) {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "Slices: HR@10 and NDCG@10 of targets, HR@10 of content neighbours and popularity, %s of"
            + " impressions",
        action);
    line(
        text,
        "  %-16s %9s %8s %8s %8s %8s %12s %8s %9s %9s",
        "",
        "targets",
        "HR@10",
        "NDCG@10",
        "content",
        "popular",
        "impressions",
        "AUC",
        "predicted",
        "observed");
    slices
        .slices()
        .forEach(
            (key, classes) -> {
              line(text, "  %s", key);
              classes.stream()
                  .filter(each -> each.model().users() + each.impressions() > 0)
                  .forEach(each -> row(text, each, action));
            });
    lists(text, slices.lists());
    slices.coldOverContent().forEach((name, difference) -> difference(text, name, difference));
    return text.toString();
  }

  private static void row(StringBuilder text, SliceFigures figures, String shownAction) {
    SliceFigures.ActionFigures ranked =
        figures.actions().stream()
            .filter(each -> each.action().equals(shownAction))
            .findFirst()
            .orElseThrow();
    line(
        text,
        "    %-14s %,9d %8s %8s %8s %8s %,12d %8s %9s %9s",
        figures.name(),
        figures.model().users(),
        number(figures.model().hr(Slices.CUTOFF)),
        number(figures.model().ndcg(Slices.CUTOFF)),
        number(figures.content().hr(Slices.CUTOFF)),
        number(figures.popularity().hr(Slices.CUTOFF)),
        figures.impressions(),
        number(ranked.auc()),
        number(ranked.predicted()),
        number(ranked.observed()));
  }

  private static void lists(StringBuilder text, ListFigures lists) {
    line(
        text,
        "First 10 items of %,d lists: %,d distinct, %s of the catalogue, Gini %s%s",
        lists.lists(),
        lists.items(),
        number(lists.coverage()),
        number(lists.gini()),
        Double.isNaN(lists.withheld()) ? "" : ", share of withheld " + number(lists.withheld()));
  }

  private static void difference(
      StringBuilder text, String name, PairedBootstrap.Difference difference) {
    line(
        text,
        "  cold targets, model minus content neighbours: %-6s %+.4f (95 %% of resamples: %+.4f to"
            + " %+.4f)",
        name,
        difference.difference(),
        difference.lower(),
        difference.upper());
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }
}
