package io.unipin.train.recipe;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.model.features.ModelConfig;
import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingsTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A recipe: what to train and how. Read from YAML over the defaults of {@code defaults.yaml}, where
 * every setting is explained. Immutable.
 */
public record TrainConfig(
    ModelShape model, TrainingSettings training, EvaluationSettings evaluation) {
  /** Parsed once; never changed. */
  private static final SettingsTree DEFAULTS =
      SettingsTree.ofDefaults(TrainConfig.class, "defaults.yaml");

  /** The default recipe. */
  public static TrainConfig defaults() {
    return defaults(Map.of());
  }

  /** Returns the default recipe with some settings changed, named by their paths. */
  public static TrainConfig defaults(Map<String, String> overrides) {
    return bind(DEFAULTS.copy(), overrides);
  }

  /**
   * A recipe from a file.
   *
   * @throws TrainException naming line and column of a setting that is unknown or of a wrong type
   */
  public static TrainConfig read(Path yaml) {
    return read(yaml, Map.of());
  }

  /** Reads a recipe from a file, with some settings changed, named by their paths. */
  public static TrainConfig read(Path yaml, Map<String, String> overrides) {
    SettingsTree tree = DEFAULTS.copy();
    try {
      tree.merge(yaml);
    } catch (ConfigException e) {
      throw new TrainException(String.valueOf(e.getMessage()), e);
    }
    return bind(tree, overrides);
  }

  /**
   * This recipe with one setting changed, named by its path, such as {@code training.epochs}; of a
   * section only what the value names.
   */
  public TrainConfig with(String path, String value) {
    return bind(SettingsTree.of(this), Map.of(path, value));
  }

  private static TrainConfig bind(SettingsTree tree, Map<String, String> overrides) {
    try {
      overrides.forEach((path, value) -> tree.set(path, value, "--set " + path));
      RetiredSettings.drop(tree);
      return tree.bind(TrainConfig.class);
    } catch (ConfigException e) {
      throw new TrainException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Writes all settings as a recipe that {@link #read} takes. */
  public void write(Path yaml) throws IOException {
    SettingsTree.write(this, yaml);
  }

  /** The model that this recipe trains on a feed log. */
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
        schema.surfaces());
  }
}
