package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * The comparisons with rivals of several seeds, as one JSON object. A number becomes its mean and
 * spread, and a difference becomes a list of all seeds' differences.
 */
final class RivalSummary {
  private RivalSummary() {}

  /**
   * Returns {@code {rivals: {sasrec_full: {hr10: {mean, spread}, …, seeds}, …}, pair: {…, seeds}}}.
   *
   * @param seeds one comparison of {@link RivalRuns} per seed
   */
  static ObjectNode of(List<? extends JsonNode> seeds) {
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    ObjectNode rivals = results.putObject("rivals");
    for (String rival : names(seeds.get(0).path("rivals"))) {
      rivals.set(rival, combined(at(seeds, "/rivals/" + rival)));
    }
    results.set("pair", combined(at(seeds, "/pair")));
    return results;
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static List<JsonNode> at(List<? extends JsonNode> seeds, String pointer) {
    return seeds.stream().<JsonNode>map(seed -> seed.at(pointer)).toList();
  }

  /** Returns one object in place of the objects of all seeds, and the number of seeds. */
  static ObjectNode combined(List<JsonNode> seeds) {
    ObjectNode combined = values(seeds);
    combined.put("seeds", seeds.size());
    return combined;
  }

  private static ObjectNode values(List<JsonNode> seeds) {
    ObjectNode combined = JsonNodeFactory.instance.objectNode();
    for (String name : names(seeds.get(0))) {
      combined.set(name, value(at(seeds, "/" + name)));
    }
    return combined;
  }

  private static JsonNode value(List<JsonNode> values) {
    JsonNode first = values.get(0);
    if (first.isTextual() || first.has("difference")) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      values.forEach(all::add);
      return all;
    }
    return first.isObject() ? values(values) : SeedSummary.spread(values, "");
  }
}
