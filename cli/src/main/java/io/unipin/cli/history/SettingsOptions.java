package io.unipin.cli.history;

import io.unipin.cli.check.Input;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name the settings of the server whose state a command uses. */
final class SettingsOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings of the server in YAML. Without it: the defaults.")
  @Input(Input.Kind.FILE)
  private @Nullable Path config;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Changes one setting.")
  private List<String> settings = new ArrayList<>();

  ServerConfig read() {
    Map<String, String> environment = System.getenv();
    return config == null
        ? ConfigReader.read(environment, settings)
        : ConfigReader.read(config, environment, settings);
  }
}
