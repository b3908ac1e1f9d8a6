package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** The figures of several seeds about pre-ranking as one JSON object. */
final class PreRankSummary {
  private static final List<String> FIGURES =
      List.of("candidates", "candidates_without", "page_ndcg10_without");
  private static final List<String> OF_PAGES =
      List.of("page_ndcg10", "page_hr10", "page_ndcg10_without", "page_hr10_without");

  private PreRankSummary() {}

  /**
   * Returns {@code {over_fetch, follows, candidates: {mean, spread}, …, pages: [{scored,
   * page_ndcg10: {mean, spread}, …}], weights: […]}}; empty if a seed has no such figures.
   *
   * @param seeds for each seed, {@code results.prerank} of {@code unipin evaluate}
   */
  static Optional<ObjectNode> of(List<JsonNode> seeds) {
    if (!seeds.stream().allMatch(JsonNode::isObject)) {
      return Optional.empty();
    }
    JsonNode first = seeds.get(0);
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    results.set("over_fetch", first.path("over_fetch"));
    results.set("follows", first.path("follows"));
    FIGURES.forEach(key -> results.set(key, SeedSummary.spread(seeds, "/" + key)));
    ArrayNode pages = results.putArray("pages");
    for (int p = 0; p < first.path("pages").size(); p++) {
      int place = p;
      ObjectNode page = pages.addObject();
      page.set("scored", first.at("/pages/" + p + "/scored"));
      OF_PAGES.forEach(
          key -> page.set(key, SeedSummary.spread(seeds, "/pages/" + place + "/" + key)));
    }
    ArrayNode weights = results.putArray("weights");
    seeds.forEach(seed -> weights.add(seed.path("weights")));
    return Optional.of(results);
  }
}
