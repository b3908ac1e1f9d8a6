package io.unipin.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.cli.console.CommandException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The inspector's explanation of one item for one user.
 *
 * @param verdict {@code on page}, or the name of the first step of the request that the item did
 *     not pass, such as {@code below page}
 * @param meaning a sentence that explains the verdict
 * @param similarity the item's place, from 1, among all items that the request allows, in the order
 *     of retrieval scores
 * @param rank the item's place, from 1, among the candidates in the order of utilities. An item
 *     that is not a candidate gets the place that it would have among the candidates.
 * @param candidates number of candidates of the request
 * @param lastOnPage utility of the last item of the page
 * @param probabilities probability of each action
 */
record ItemFate(
    String verdict,
    String meaning,
    int similarity,
    int rank,
    int candidates,
    double utility,
    double lastOnPage,
    Map<String, Double> probabilities) {

  /**
   * Reads the console's answer. Throws {@link CommandException} if the answer has no scored item.
   */
  static ItemFate of(JsonNode view) {
    JsonNode item = view.path("item");
    if (!item.path("utility").isNumber()) {
      throw new CommandException(
          "a scored item expected from the inspector, got " + item.path("meaning").asText("none"));
    }
    Map<String, Double> probabilities = new LinkedHashMap<>();
    for (int i = 0; i < view.path("actions").size(); i++) {
      probabilities.put(
          view.path("actions").path(i).asText(), item.path("probabilities").path(i).asDouble());
    }
    return new ItemFate(
        item.path("verdict").asText().replace('_', ' '),
        item.path("meaning").asText(),
        item.path("exactRank").asInt(),
        item.path("rank").asInt(),
        view.path("candidates").size(),
        item.path("utility").asDouble(),
        item.path("lastOnPage").asDouble(),
        probabilities);
  }

  /** Returns the probabilities as text, such as {@code p(click) 0.749, p(save) 0.445}. */
  String probabilityText() {
    return probabilities.entrySet().stream()
        .map(entry -> String.format(Locale.ROOT, "p(%s) %.3f", entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("verdict", verdict);
    figures.put("place_by_similarity", similarity);
    figures.put("place_by_utility", rank);
    figures.put("candidates", candidates);
    figures.put("utility", utility);
    figures.put("last_utility_on_page", lastOnPage);
    figures.put("probabilities", probabilities);
    return figures;
  }
}
