package io.unipin.serving.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.serving.experiment.ArmConfig;
import io.unipin.serving.experiment.ExperimentPlan;
import io.unipin.serving.experiment.LayerConfig;
import io.unipin.serving.pipeline.RankingConfig;
import io.unipin.serving.pipeline.RecommenderConfig;
import io.unipin.serving.pipeline.RetrievalConfig;
import io.unipin.serving.pipeline.paging.PageConfig;
import io.unipin.serving.slate.SlateConfig;
import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingException;
import io.unipin.settings.SettingsTree;
import java.util.Map;

/**
 * Combines an arm's settings with the server's settings. A value of the arm replaces the server's
 * value.
 */
public final class ArmSettings {
  private ArmSettings() {}

  /** Returns {@code base} with the given settings of an arm in place of its own values. */
  public static RecommenderConfig apply(RecommenderConfig base, ObjectNode settings) {
    return new RecommenderConfig(
        base.cache(),
        lay("retrieval", settings, base.retrieval(), RetrievalConfig.class),
        lay("ranking", settings, base.ranking(), RankingConfig.class),
        lay("page", settings, base.page(), PageConfig.class),
        base.degradation(),
        base.historyLimit(),
        lay("slate", settings, base.slate(), SlateConfig.class));
  }

  /** Returns the settings of the pipeline that users without an arm get. */
  public static RecommenderConfig of(ServerConfig config) {
    return new RecommenderConfig(
        config.cache(),
        config.retrieval(),
        config.ranking(),
        config.page(),
        config.degradation(),
        config.history().limit(),
        config.slate());
  }

  /** Whether the server's own settings or the settings of an arm switch exploration on. */
  static boolean anyExplores(ServerConfig config) {
    RecommenderConfig base = of(config);
    return base.slate().exploration().explores()
        || config.experiments().layers().values().stream()
            .flatMap(layer -> layer.experiments().values().stream())
            .flatMap(plan -> plan.arms().values().stream())
            .anyMatch(arm -> apply(base, arm.settings()).slate().exploration().explores());
  }

  /**
   * Refuses arms whose settings have invalid values. The error names the full key in the
   * configuration.
   */
  static void check(ServerConfig config) {
    checkShadow(config);
    RecommenderConfig base = of(config);
    for (Map.Entry<String, LayerConfig> layer : config.experiments().layers().entrySet()) {
      for (Map.Entry<String, ExperimentPlan> plan : layer.getValue().experiments().entrySet()) {
        for (Map.Entry<String, ArmConfig> arm : plan.getValue().arms().entrySet()) {
          try {
            apply(base, arm.getValue().settings());
          } catch (SettingException e) {
            throw new SettingException(
                "experiments.layers.%s.experiments.%s.arms.%s.settings.%s"
                    .formatted(layer.getKey(), plan.getKey(), arm.getKey(), e.key()),
                String.valueOf(e.getMessage()));
          }
        }
      }
    }
  }

  private static void checkShadow(ServerConfig config) {
    try {
      apply(of(config), config.shadow().settings());
    } catch (SettingException e) {
      throw new SettingException("shadow.settings." + e.key(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * Returns one section of {@code base} in which the arm's values replace the section's values. A
   * map, such as the weights, keeps the entries that the arm does not give.
   */
  private static <T extends Record> T lay(
      String section, ObjectNode settings, T base, Class<T> type) {
    if (!(settings.get(section) instanceof ObjectNode own)) {
      return base;
    }
    try {
      SettingsTree tree = SettingsTree.of(base);
      tree.merge(own);
      return tree.bind(type);
    } catch (ConfigException e) {
      throw new SettingException(section + "." + e.key(), e.reason());
    }
  }
}
