package io.unipin.train.recipe;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingsTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A recipe as it is written. It may leave some settings to the data, by the value {@code auto}.
 * {@link #resolve} chooses them by the training part of a feed log. A setting that has another
 * value is never changed. Immutable.
 */
public final class Recipe {
  private static final String RESOURCE = "defaults.yaml";

  /** Default settings, parsed once and never changed. */
  private static final SettingsTree DEFAULTS = SettingsTree.ofDefaults(TrainConfig.class, RESOURCE);

  private final TrainConfig usual;
  private final Set<AutomaticSetting> automatic;
  private final Map<AutomaticSetting, SettingChoice> given;

  private Recipe(
      TrainConfig usual,
      Set<AutomaticSetting> automatic,
      Map<AutomaticSetting, SettingChoice> given) {
    this.usual = usual;
    this.automatic = Collections.unmodifiableSet(automatic);
    this.given = Collections.unmodifiableMap(given);
  }

  /** Returns the default recipe with other values for the settings that {@code overrides} names. */
  public static Recipe defaults(Map<String, String> overrides) {
    return of(DEFAULTS.copy(), overrides);
  }

  /**
   * Reads a recipe from a file. {@code overrides} gives some settings other values, by path.
   *
   * @throws TrainException if a setting is unknown or of a wrong type; the message names line and
   *     column
   */
  public static Recipe read(Path yaml, Map<String, String> overrides) {
    SettingsTree tree = DEFAULTS.copy();
    try {
      tree.merge(yaml);
    } catch (ConfigException e) {
      throw new TrainException(String.valueOf(e.getMessage()), e);
    }
    return of(tree, overrides);
  }

  static Recipe of(SettingsTree tree, Map<String, String> overrides) {
    try {
      overrides.forEach((path, value) -> tree.set(path, value, "--set " + path));
      RetiredSettings.drop(tree);
      Set<AutomaticSetting> automatic = AutomaticSetting.takeFrom(tree);
      return new Recipe(
          tree.bind(TrainConfig.class), automatic, new EnumMap<>(AutomaticSetting.class));
    } catch (ConfigException e) {
      throw new TrainException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Returns the recipe for checks that need no feed log. Its automatic settings have their usual
   * values, or the values that {@link #given} fixed.
   */
  public TrainConfig usual() {
    return usual;
  }

  /** Returns the settings that are left to the data. */
  public Set<AutomaticSetting> automatic() {
    return automatic;
  }

  /**
   * Returns this recipe with values for some of its automatic settings, such as those of a
   * checkpoint. Other settings do not change.
   *
   * @param values values by the paths of settings; may name settings that are not automatic
   * @param reason why an automatic setting has such a value, in one sentence
   */
  public Recipe given(Map<String, String> values, String reason) {
    TrainConfig fixed = usual;
    Map<AutomaticSetting, SettingChoice> all = new EnumMap<>(AutomaticSetting.class);
    all.putAll(given);
    for (AutomaticSetting setting : automatic) {
      String value = values.get(setting.path());
      if (value != null) {
        all.put(setting, new SettingChoice(setting.path(), value, reason));
        fixed = fixed.with(setting.path(), value);
      }
    }
    return new Recipe(fixed, automatic, all);
  }

  /** Chooses the automatic settings by the training part of a log, as the recipe splits it. */
  public ResolvedRecipe resolve(FeedLog log) {
    return resolve(log, usual.evaluation().holdout(log));
  }

  /** Chooses the automatic settings by the training part of a log. */
  public ResolvedRecipe resolve(FeedLog log, Holdout holdout) {
    return resolve(LogStatistics.of(log, holdout));
  }

  ResolvedRecipe resolve(LogStatistics data) {
    TrainConfig config = usual;
    List<SettingChoice> choices = new ArrayList<>();
    for (AutomaticSetting setting : automatic) {
      SettingChoice choice = DataRule.choose(setting, config, data);
      SettingChoice known = given.getOrDefault(setting, choice);
      if (!known.value().equals(choice.value())) {
        choice = known;
      }
      config = config.with(setting.path(), choice.value());
      choices.add(choice);
    }
    return new ResolvedRecipe(config, choices, data);
  }
}
