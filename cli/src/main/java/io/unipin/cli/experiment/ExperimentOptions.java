package io.unipin.cli.experiment;

import io.unipin.cli.check.Input;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.settings.ConfigReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the experiments are defined. */
final class ExperimentOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The server's settings, with the section experiments.")
  @Input(Input.Kind.FILE)
  private @Nullable Path config;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Changes one setting.")
  private List<String> settings = new ArrayList<>();

  Experiments read() {
    return new Experiments(
        (config == null
                ? ConfigReader.read(System.getenv(), settings)
                : ConfigReader.read(config, System.getenv(), settings))
            .experiments());
  }
}
