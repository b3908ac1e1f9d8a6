package io.unipin.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.cli.console.ExitCode;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.EffectiveSetting;
import io.unipin.settings.SettingsTree;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares the settings of two files. */
@Command(
    name = "diff",
    description = {
      "Prints the settings in which two files differ, after the defaults are filled in. So a file"
          + " that names a default equals a file that leaves it out. The environment does not"
          + " count.",
      "Exit code 0 says that nothing differs, 3 that something does."
    },
    footer = {"", "Example:", "  ./unipin config diff server.yaml docker/server.yaml"})
final class ConfigDiffCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A", description = "Settings in YAML.")
  @Input(Input.Kind.FILE)
  private Path first;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "B",
      description = "Settings in YAML. Without it: the defaults.")
  @Input(Input.Kind.FILE)
  private @Nullable Path second;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the differences there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  /**
   * The settings of a file.
   *
   * @param written settings by key, as they are written
   * @param read values by key, as a server reads them, so that 60s and 1m are equal
   */
  private record Side(Map<String, EffectiveSetting> written, Map<String, JsonNode> read) {
    static Side of(@Nullable Path file) {
      Map<String, String> none = Map.of();
      Map<String, EffectiveSetting> written = new LinkedHashMap<>();
      (file == null
              ? ConfigReader.effective(none, List.of())
              : ConfigReader.effective(file, none, List.of()))
          .forEach(setting -> written.put(setting.key(), setting));
      ServerConfig config =
          file == null
              ? ConfigReader.read(none, List.of())
              : ConfigReader.read(file, none, List.of());
      Map<String, JsonNode> read = new HashMap<>();
      SettingsTree.of(config).effective().forEach(each -> read.put(each.key(), each.value()));
      return new Side(written, read);
    }

    boolean differs(Side other, String key) {
      EffectiveSetting own = written.get(key);
      EffectiveSetting theirs = other.written.get(key);
      if (own == null || theirs == null) {
        return true;
      }
      boolean alike = read.containsKey(key) && read.get(key).equals(other.read.get(key));
      return !alike && !own.value().equals(theirs.value());
    }
  }

  @Override
  public Integer call() {
    Side left = Side.of(first);
    Side right = Side.of(second);
    Set<String> keys = new LinkedHashSet<>(left.written().keySet());
    keys.addAll(right.written().keySet());
    PrintWriter out = spec.commandLine().getOut();
    ArrayNode differences = JsonNodeFactory.instance.arrayNode();
    for (String key : keys) {
      if (left.differs(right, key)) {
        EffectiveSetting a = left.written().get(key);
        EffectiveSetting b = right.written().get(key);
        out.println(key + ": " + text(a) + ", " + text(b));
        ObjectNode difference = differences.addObject().put("key", key);
        difference.set("a", json(a));
        difference.set("b", json(b));
      }
    }
    if (json != null) {
      OutputFile.write(json, differences.toPrettyString() + "\n");
    }
    if (differences.isEmpty()) {
      out.println("no setting differs");
      return ExitCode.DONE.code();
    }
    return ExitCode.DIFFERENT.code();
  }

  private static String text(@Nullable EffectiveSetting setting) {
    return setting == null
        ? "absent"
        : SettingText.line(setting) + " (" + SettingText.source(setting) + ")";
  }

  private static JsonNode json(@Nullable EffectiveSetting setting) {
    return setting == null ? JsonNodeFactory.instance.nullNode() : SettingText.json(setting);
  }
}
