package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Combines the slices of several seeds. A number becomes its mean and spread. A difference with an
 * interval becomes a list of all seeds' differences. A text stays as it is.
 */
final class SliceSummary {
  private SliceSummary() {}

  /**
   * Returns the combined slices. The result is empty if a seed has no slices, because an earlier
   * version evaluated it.
   *
   * @param seeds {@code results.slices} of {@code unipin evaluate}, one per seed
   */
  static Optional<ObjectNode> of(List<JsonNode> seeds) {
    return seeds.stream().allMatch(JsonNode::isObject)
        ? Optional.of(combined(seeds))
        : Optional.empty();
  }

  private static ObjectNode combined(List<JsonNode> seeds) {
    ObjectNode combined = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> field : seeds.get(0).properties()) {
      String name = field.getKey();
      List<JsonNode> values = seeds.stream().map(seed -> seed.path(name)).toList();
      combined.set(name, value(field.getValue(), values));
    }
    return combined;
  }

  private static JsonNode value(JsonNode first, List<JsonNode> values) {
    if (first.isTextual()) {
      return first;
    }
    if (first.has("difference")) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      values.forEach(all::add);
      return all;
    }
    return first.isObject() ? combined(values) : SeedSummary.spread(values, "");
  }
}
