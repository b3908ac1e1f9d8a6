package io.unipin.train;

import io.unipin.feedlog.FeedSchema;
import io.unipin.train.recipe.TrainingSettings;
import java.util.List;
import java.util.Map;

/**
 * The weights of action types in the losses.
 *
 * @param actions (actions) weight of each action type
 * @param masked (actions) weight of each action type in the loss of masked actions
 */
record ActionWeights(float[] actions, float[] masked) {
  /** Reads the weights of a recipe. An action type that the recipe does not name has weight 1. */
  static ActionWeights of(TrainingSettings settings, FeedSchema schema) {
    float[] actions = named("actionWeights", settings.actionWeights(), schema);
    float[] masked = named("maskedWeights", settings.maskedWeights(), schema);
    for (int c = 0; c < masked.length; c++) {
      masked[c] *= actions[c];
    }
    return new ActionWeights(actions, masked);
  }

  private static float[] named(String setting, Map<String, Float> named, FeedSchema schema) {
    RecipeCheck.named(setting, named.keySet(), schema);
    List<String> actions = schema.actions();
    float[] weights = new float[actions.size()];
    for (int c = 0; c < weights.length; c++) {
      weights[c] = named.getOrDefault(actions.get(c), 1f);
    }
    return weights;
  }
}
