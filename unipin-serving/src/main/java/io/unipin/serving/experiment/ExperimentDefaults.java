package io.unipin.serving.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Fills in defaults for layers of experiments. A file of defaults can't do that, because operators
 * choose the names of layers.
 */
public final class ExperimentDefaults {
  private ExperimentDefaults() {}

  /**
   * Adds defaults to the {@code experiments} section of a configuration. Leaves values of the wrong
   * type as they are, so that the reader of the settings refuses them.
   */
  public static void fill(JsonNode section) {
    for (JsonNode layer : section.path("layers")) {
      if (layer instanceof ObjectNode node && !node.has("experiments")) {
        node.putObject("experiments");
      }
      for (JsonNode plan : layer.path("experiments")) {
        if (plan instanceof ObjectNode experiment) {
          fillPlan(experiment);
        }
      }
    }
  }

  private static void fillPlan(ObjectNode plan) {
    if (!plan.has("salt")) {
      plan.put("salt", "");
    }
    if (!plan.has("slots")) {
      plan.put("slots", "0-" + (Slots.COUNT - 1));
    }
    if (!plan.has("rollout")) {
      plan.put("rollout", 100.0);
    }
    if (!plan.has("overrides")) {
      plan.putObject("overrides");
    }
    if (!plan.has("arms")) {
      plan.putObject("arms");
    }
    if (plan.path("arms") instanceof ObjectNode arms) {
      for (Map.Entry<String, JsonNode> arm : arms.properties()) {
        if (arm.getValue().isNull()) { // an arm without a value changes nothing
          arm.setValue(arms.objectNode());
        }
        if (arm.getValue() instanceof ObjectNode node) {
          fillArm(node);
        }
      }
    }
  }

  private static void fillArm(ObjectNode arm) {
    if (!arm.has("weight")) {
      arm.put("weight", 1);
    }
    if (!arm.has("bundle")) {
      arm.put("bundle", "");
    }
    if (!arm.has("settings")) {
      arm.putObject("settings");
    }
  }
}
