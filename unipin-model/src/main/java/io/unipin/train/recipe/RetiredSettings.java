package io.unipin.train.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingsTree;

/** Settings that only recipes of earlier versions have. */
final class RetiredSettings {
  /** The setting that made two tokens of each action. */
  private static final String TWO_TOKENS = "model.interleaved";

  private RetiredSettings() {}

  /**
   * Removes retired settings from a recipe if they have the only value that is still supported.
   * Recipes in bundles of earlier versions contain retired settings.
   *
   * @throws ConfigException if a retired setting has another value; the message says what to do
   */
  static void drop(SettingsTree tree) {
    if (!(tree.values().path("model") instanceof ObjectNode model)) {
      return;
    }
    JsonNode twoTokens = model.remove("interleaved");
    if (twoTokens != null && !twoTokens.equals(BooleanNode.FALSE)) {
      throw tree.refusal(
          TWO_TOKENS,
          "no setting any more: an action is one token, and docs/results/ablations.md compares it"
              + " with two; remove the setting");
    }
  }
}
