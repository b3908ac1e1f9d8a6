package io.unipin.train.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingsTree;
import java.util.EnumSet;
import java.util.Set;

/**
 * A setting that a recipe may leave to the data, by the value {@code auto}. {@link DataRule}
 * chooses such settings in the order of this enum, because some choices depend on earlier ones.
 */
public enum AutomaticSetting {
  ITEM_DIM("model", "itemDim", "128"),
  WIDTH("model", "width", "128"),
  ATTRIBUTE_COLUMNS("model.attributes", "columns", "[attributes]"),
  ATTRIBUTE_BUCKETS("model.attributes", "buckets", "0"),
  DROPOUT("training", "dropout", "0.3"),
  NEGATIVES("training", "negatives", "0"),
  MASK_PROBABILITY("training", "maskProbability", "0.2"),
  EPOCHS("training", "epochs", "20"),
  PATIENCE("training", "patience", "5");

  /** The value that leaves a setting to the data. */
  public static final String AUTO = "auto";

  private final String section;
  private final String key;
  private final String usual;

  AutomaticSetting(String section, String key, String usual) {
    this.section = section;
    this.key = key;
    this.usual = usual;
  }

  /** Returns the path of the setting in a recipe, such as {@code training.dropout}. */
  public String path() {
    return section + "." + key;
  }

  /**
   * Replaces each {@code auto} in a recipe by the usual value of its setting. Returns the settings
   * that were {@code auto}.
   *
   * @throws ConfigException if such a setting has another text as its value
   */
  static Set<AutomaticSetting> takeFrom(SettingsTree recipe) {
    Set<AutomaticSetting> automatic = EnumSet.noneOf(AutomaticSetting.class);
    for (AutomaticSetting setting : values()) {
      JsonNode section = recipe.values().at("/" + setting.section.replace('.', '/'));
      JsonNode value = section.path(setting.key);
      if (section instanceof ObjectNode settings && value.isTextual()) {
        setting.requireAuto(recipe, value);
        settings.set(setting.key, setting.usual());
        automatic.add(setting);
      }
    }
    return automatic;
  }

  /** Returns the value before any data is known. */
  private JsonNode usual() {
    if (isList()) {
      return JsonNodeFactory.instance.arrayNode().add(usual.substring(1, usual.length() - 1));
    }
    return isWhole()
        ? IntNode.valueOf(Integer.parseInt(usual))
        : DoubleNode.valueOf(Double.parseDouble(usual));
  }

  private boolean isList() {
    return usual.startsWith("[");
  }

  private boolean isWhole() {
    return !usual.contains(".");
  }

  private void requireAuto(SettingsTree recipe, JsonNode text) {
    if (!text.asText().equals(AUTO)) {
      String kind = isList() ? "a list" : isWhole() ? "a whole number" : "a number";
      throw recipe.refusal(
          path(), "%s or %s expected, got %s".formatted(kind, AUTO, text.toString()));
    }
  }

  /** Lets the JSON schema of a recipe accept {@code auto} for each of these settings. */
  static void allowIn(ObjectNode schema) {
    for (AutomaticSetting setting : values()) {
      ObjectNode of =
          (ObjectNode) schema.at("/properties/" + setting.path().replace(".", "/properties/"));
      String type = of.path("type").asText();
      of.putArray("type").add(type).add("string");
      of.put("pattern", "^" + AUTO + "$"); // a pattern restricts only texts
    }
  }
}
