package io.unipin.train.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.settings.SettingsSchema;
import io.unipin.settings.SettingsTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * All settings of a training and its evaluation, each with its value. They are read from YAML over
 * {@code defaults.yaml}, which explains every setting. {@link Recipe} is a recipe that may still
 * leave settings to the data. Immutable.
 */
public record TrainConfig(
    ModelShape model, TrainingSettings training, EvaluationSettings evaluation) {
  private static final String RESOURCE = "defaults.yaml";

  /** Returns the default recipe with the usual values of its automatic settings. */
  public static TrainConfig defaults() {
    return defaults(Map.of());
  }

  /** Returns the default recipe with other values for the settings that {@code overrides} names. */
  public static TrainConfig defaults(Map<String, String> overrides) {
    return Recipe.defaults(overrides).usual();
  }

  /** Returns the JSON schema of a recipe. */
  public static ObjectNode schema() {
    ObjectNode schema =
        SettingsSchema.of(TrainConfig.class, "A recipe of UniPin", TrainConfig.class, RESOURCE);
    AutomaticSetting.allowIn(schema);
    return schema;
  }

  /**
   * Reads a recipe from a file. Its automatic settings have their usual values; {@link Recipe} can
   * choose them by the data.
   *
   * @throws TrainException if a setting is unknown or of a wrong type; the message names line and
   *     column
   */
  public static TrainConfig read(Path yaml) {
    return read(yaml, Map.of());
  }

  /** Reads a recipe from a file. {@code overrides} gives some settings other values, by path. */
  public static TrainConfig read(Path yaml, Map<String, String> overrides) {
    return Recipe.read(yaml, overrides).usual();
  }

  /**
   * Returns this recipe with another value for the setting at a path such as
   * {@code training.epochs}. If the path names a section, only the settings that {@code value}
   * holds change.
   */
  public TrainConfig with(String path, String value) {
    return Recipe.of(SettingsTree.of(this), Map.of(path, value)).usual();
  }

  /** Writes all settings to a file that {@link #read} can read. */
  public void write(Path yaml) throws IOException {
    SettingsTree.write(this, yaml);
  }

  /** Returns the configuration of the model that this recipe trains on a feed log. */
  public ModelConfig modelConfig(FeedLog log) {
    return modelConfig(log.catalogue().size(), log.catalogue().contentDim(), log.schema());
  }

  public ModelConfig modelConfig(int items, int contentDim, FeedSchema schema) {
    return new ModelConfig(
        items,
        contentDim,
        model.itemDim(),
        model.width(),
        model.layers(),
        model.heads(),
        model.kvHeads(),
        model.feedForward(),
        model.gated(),
        model.maxHistory(),
        schema.actions(),
        schema.positives(),
        schema.surfaces(),
        model.attributes(),
        model.contentPath(),
        AttentionWindow.of(model.window(), model.globalRows(), model.windowLayers()));
  }
}
