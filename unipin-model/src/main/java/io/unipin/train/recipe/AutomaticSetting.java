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
  ITEM_DIM("model", "itemDim", IntNode.valueOf(128)),
  WIDTH("model", "width", IntNode.valueOf(128)),
  ATTRIBUTE_COLUMNS("model.attributes", "columns", list("attributes")),
  ATTRIBUTE_BUCKETS("model.attributes", "buckets", IntNode.valueOf(0)),
  DROPOUT("training", "dropout", DoubleNode.valueOf(0.3)),
  NEGATIVES("training", "negatives", IntNode.valueOf(0)),
  MASK_PROBABILITY("training", "maskProbability", DoubleNode.valueOf(0.2)),
  EPOCHS("training", "epochs", IntNode.valueOf(20)),
  PATIENCE("training", "patience", IntNode.valueOf(5));

  /** The value that leaves a setting to the data. */
  public static final String AUTO = "auto";

  private final String section;
  private final String key;

  /** The value before any data is known. */
  @SuppressWarnings("ImmutableEnumChecker") // callers get copies
  private final JsonNode usual;

  AutomaticSetting(String section, String key, JsonNode usual) {
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
        settings.set(setting.key, setting.usual.deepCopy());
        automatic.add(setting);
      }
    }
    return automatic;
  }

  private static JsonNode list(String only) {
    return JsonNodeFactory.instance.arrayNode().add(only);
  }

  private void requireAuto(SettingsTree recipe, JsonNode text) {
    if (!text.asText().equals(AUTO)) {
      String kind = usual.isArray() ? "a list" : usual.isInt() ? "a whole number" : "a number";
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
