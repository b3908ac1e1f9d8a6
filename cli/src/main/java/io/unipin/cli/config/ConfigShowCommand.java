package io.unipin.cli.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.settings.EffectiveSetting;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the settings with which a server would start. */
@Command(
    name = "show",
    description = {
      "Shows the settings with which ./unipin serve would start, and where each value comes from:"
          + " the defaults, a line of the file, a variable of the environment, or --set.",
      "Secrets are masked. Settings that a server would refuse are refused."
    },
    footer = {
      "",
      "Examples:",
      "  ./unipin config show --config server.yaml",
      "  ./unipin config show --config server.yaml --set page.size=10 --changed"
    })
final class ConfigShowCommand implements Callable<Integer> {
  @Option(names = "--config", paramLabel = "FILE", description = "Settings in YAML.")
  @Input(Input.Kind.FILE)
  private @Nullable Path config;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Changes one setting.")
  private List<String> settings = new ArrayList<>();

  @Option(names = "--changed", description = "Leave out the settings with their default.")
  private boolean changed;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the settings there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<EffectiveSetting> shown =
        read().stream().filter(setting -> !changed || !setting.isDefault()).toList();
    int widest = shown.stream().mapToInt(setting -> line(setting).length()).max().orElse(0);
    PrintWriter out = spec.commandLine().getOut();
    for (EffectiveSetting setting : shown) {
      String line = line(setting);
      String padding = " ".repeat(Math.min(widest, 60) - Math.min(line.length(), 60));
      out.println(line + padding + "  # " + SettingText.source(setting));
    }
    if (json != null) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      shown.forEach(setting -> all.add(SettingText.json(setting)));
      OutputFile.write(json, all.toPrettyString() + "\n");
    }
    return 0;
  }

  private List<EffectiveSetting> read() {
    Map<String, String> environment = System.getenv();
    return config == null
        ? ConfigReader.effective(environment, settings)
        : ConfigReader.effective(config, environment, settings);
  }

  private static String line(EffectiveSetting setting) {
    return setting.key() + ": " + SettingText.line(setting);
  }
}
