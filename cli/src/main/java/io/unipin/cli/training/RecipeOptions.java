package io.unipin.cli.training;

import io.unipin.cli.check.Input;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.train.recipe.TrainConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose the recipe and the held-out actions of an evaluation. */
final class RecipeOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A recipe that says what is held out. Default: the recipe that trained the bundle.")
  @Input(Input.Kind.FILE)
  private @Nullable Path config;

  @Option(
      names = "--protocol",
      paramLabel = "P",
      description =
          "leave-last or time-split, instead of the recipe's protocol. Meant for a bundle that was"
              + " trained elsewhere.")
  private @Nullable String protocol;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Changes one setting of the recipe, such as evaluation.testFrom.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Returns the recipe for a bundle, changed by the options. */
  TrainConfig of(Path bundle) {
    TrainConfig recipe =
        config == null
            ? trained(bundle).orElseGet(TrainConfig::defaults)
            : TrainConfig.read(config);
    if (protocol != null) {
      recipe = recipe.with("evaluation.protocol", protocol);
    }
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      recipe = recipe.with(setting.getKey(), setting.getValue());
    }
    return recipe;
  }

  private static Optional<TrainConfig> trained(Path bundle) {
    return BundleReader.recipe(bundle).map(TrainConfig::read);
  }

  /**
   * Warns if the bundle was trained on another split of the log. Such a training may have used data
   * that is now test data.
   */
  static void warnOfOtherParts(Path folder, TrainConfig recipe, PrintWriter err) {
    String parts = recipe.evaluation().parts();
    trained(folder)
        .map(trained -> trained.evaluation().parts())
        .filter(trained -> !trained.equals(parts))
        .ifPresent(
            trained ->
                err.printf(
                    "unipin evaluate: warning: %s was trained with %s, and is measured with %s:"
                        + " it may have been trained on what is tested%n",
                    folder, trained, parts));
  }
}
