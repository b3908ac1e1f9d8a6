package io.unipin.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.cli.console.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The command that says why an item is on the user's page, or why it is not. Not thread-safe. */
final class WhyVerb {
  private final Context context;

  WhyVerb(Context context) {
    this.context = context;
  }

  List<ShellVerb> verbs() {
    return List.of(
        new ShellVerb(
            "why",
            "[not] ITEM",
            "Says why an item is on the first page, or why it is not.",
            this::why));
  }

  private JsonNode why(Arguments arguments) {
    List<String> words = arguments.words();
    boolean not = words.size() > 1 && words.get(0).equals("not");
    arguments.require(not ? 2 : 1, not ? 2 : 1, "why [not] ITEM");
    Session session = context.session();
    String user = session.user();
    ItemName item = ItemName.of(words.get(words.size() - 1), session.feed());
    Map<String, Object> form = new HashMap<>();
    form.put("user", user);
    form.put("surface", session.surface());
    form.put("pageSize", session.feed().size());
    form.put(
        item.key().isEmpty() ? "item" : "itemKey", item.key().isEmpty() ? item.id() : item.key());
    JsonNode answer = context.ports().inspect(form);
    JsonNode fate = answer.path("item");
    print(answer, fate);
    String hint = item.hint(session.feed());
    if (fate.path("verdict").asText().equals("unknown") && !hint.isEmpty()) {
      context.out().println(hint.replaceFirst("^; ", ""));
    }
    return fate;
  }

  private void print(JsonNode answer, JsonNode fate) {
    String key = fate.path("key").asText();
    context
        .out()
        .printf(
            "%s%s '%s': %s%n",
            fate.path("id").asText(),
            key.isEmpty() ? "" : " (" + key + ")",
            fate.path("title").asText(),
            fate.path("meaning").asText());
    String reason = fate.path("reason").asText();
    if (!reason.isEmpty()) {
      context.out().println("not served because: " + reason);
    }
    String rule = rule(answer.path("candidates"), fate.path("id").asText());
    if (!rule.isEmpty()) {
      context.out().println("rule: " + rule);
    }
    if (fate.path("utility").isNumber()) {
      standing(answer, fate);
    }
  }

  /** Returns the rule that moved a candidate; empty if no rule moved it. */
  private static String rule(JsonNode candidates, String id) {
    for (JsonNode candidate : candidates) {
      if (candidate.path("id").asText().equals(id)) {
        return candidate.path("rule").asText();
      }
    }
    return "";
  }

  /** Prints the item's places, and the terms whose sum is its utility. */
  private void standing(JsonNode answer, JsonNode fate) {
    JsonNode preRank = answer.path("preRank");
    if (fate.path("preRank").asInt() > 0) {
      context
          .out()
          .printf(
              "place %s of %s items by pre-ranking, which kept %s%n",
              fate.path("preRank").asText(),
              preRank.path("candidates").asText(),
              preRank.path("candidates").asInt() - preRank.path("removed").asInt());
    }
    context
        .out()
        .printf(
            "place %s of %s candidates by utility; place %s of all items by closeness%n",
            fate.path("rank").asText(),
            answer.path("candidates").size(),
            fate.path("exactRank").asText());
    context
        .out()
        .printf(
            "utility %s; the last item of the page has %s%n",
            number(fate.path("utility").asDouble()), number(fate.path("lastOnPage").asDouble()));
    double counted = fate.path("counted").asDouble();
    if (counted != 0) {
      context
          .out()
          .printf(
              Locale.ROOT,
              "counts (%s) changed the utility by %+.3f, through the probabilities%n",
              answer.path("counts").asText(),
              counted);
    }
    context
        .out()
        .printf(
            "closeness %s; the last candidate has %s%n",
            number(fate.path("retrievalScore").asDouble()),
            number(fate.path("lastRetrieved").asDouble()));
    terms(answer, fate);
  }

  /** Prints the terms of an item's utility. */
  private void terms(JsonNode answer, JsonNode fate) {
    JsonNode weights = answer.path("utility").path("probabilities");
    Table table = new Table("term of the utility", "value", "weight", "product");
    double similarity = answer.path("utility").path("retrievalScore").asDouble();
    if (similarity != 0) {
      row(table, "closeness", fate.path("retrievalScore").asDouble(), similarity);
    }
    for (int i = 0; i < answer.path("actions").size(); i++) {
      String action = answer.path("actions").path(i).asText();
      row(
          table,
          "p(" + action + ")",
          fate.path("probabilities").path(i).asDouble(),
          weights.path(action).asDouble());
    }
    table.print(context.out());
  }

  private static void row(Table table, String term, double value, double weight) {
    table.row(term, number(value), number(weight), number(value * weight));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
