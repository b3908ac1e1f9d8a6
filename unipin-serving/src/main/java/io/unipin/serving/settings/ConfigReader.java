package io.unipin.serving.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.serving.experiment.ExperimentDefaults;
import io.unipin.settings.ConfigException;
import io.unipin.settings.EffectiveSetting;
import io.unipin.settings.Nearest;
import io.unipin.settings.SettingException;
import io.unipin.settings.SettingsSchema;
import io.unipin.settings.SettingsTree;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a {@link ServerConfig}: defaults, then a YAML file, then the environment ({@code
 * UNIPIN_SERVER_PORT}), then {@code key=value} overrides. Each source overrides the sources before
 * it. Unknown keys are refused. An error says where the wrong value came from. Not thread-safe.
 */
public final class ConfigReader {
  private static final String RESOURCE = "server-defaults.yaml";

  /** The default settings, which are parsed only once. */
  private static final SettingsTree DEFAULTS =
      SettingsTree.ofDefaults(ConfigReader.class, RESOURCE);

  private final SettingsTree tree = DEFAULTS.copy();

  private ConfigReader() {}

  public static ServerConfig defaults() {
    return new ConfigReader().bind();
  }

  /** Reads the settings without a file: defaults, environment and overrides. */
  public static ServerConfig read(Map<String, String> environment, List<String> overrides) {
    return new ConfigReader().bind(environment, overrides);
  }

  public static ServerConfig read(
      Path file, Map<String, String> environment, List<String> overrides) {
    ConfigReader reader = new ConfigReader();
    reader.tree.merge(file);
    return reader.bind(environment, overrides);
  }

  /**
   * Returns the settings of a server without a settings file. Refuses what {@link #read(Map, List)}
   * refuses.
   */
  public static List<EffectiveSetting> effective(
      Map<String, String> environment, List<String> overrides) {
    ConfigReader reader = new ConfigReader();
    reader.bind(environment, overrides);
    return reader.tree.effective();
  }

  /**
   * Returns all settings, each with the source of its value. Refuses what
   * {@link #read(Path, Map, List)} refuses.
   */
  public static List<EffectiveSetting> effective(
      Path file, Map<String, String> environment, List<String> overrides) {
    ConfigReader reader = new ConfigReader();
    reader.tree.merge(file);
    reader.bind(environment, overrides);
    return reader.tree.effective();
  }

  /** Returns the JSON schema of a settings file. */
  public static ObjectNode schema() {
    return SettingsSchema.of(
        ServerConfig.class, "Settings of a UniPin server", ConfigReader.class, RESOURCE);
  }

  private ServerConfig bind(Map<String, String> environment, List<String> overrides) {
    mergeEnvironment(environment);
    mergeOverrides(overrides);
    return bind();
  }

  private void mergeEnvironment(Map<String, String> environment) {
    Map<String, String> keys = new TreeMap<>();
    collectLeaves(tree.values(), "", keys);
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      String name = variable.getKey();
      String key = keys.get(name);
      if (key != null) {
        tree.set(key, variable.getValue(), name);
      } else if (isOurs(name)) {
        throw new ConfigException(
            name
                + ": no such setting; known are "
                + keys.keySet()
                + Nearest.hint(name, keys.keySet()));
      }
    }
  }

  /**
   * Whether an environment variable begins like a section of the settings. Such a variable must
   * name a setting, so that a misspelt variable is noticed.
   */
  private boolean isOurs(String variable) {
    for (Iterator<String> names = tree.values().fieldNames(); names.hasNext(); ) {
      if (variable.startsWith(variableName(names.next()) + "_")) {
        return true;
      }
    }
    return false;
  }

  private static void collectLeaves(ObjectNode node, String parent, Map<String, String> keys) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = parent.isEmpty() ? field.getKey() : parent + "." + field.getKey();
      if (field.getValue() instanceof ObjectNode child && !child.isEmpty()) {
        collectLeaves(child, key, keys);
      } else {
        keys.put(variableName(key), key);
      }
    }
  }

  private static String variableName(String key) {
    return "UNIPIN_"
        + key.replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private void mergeOverrides(List<String> overrides) {
    for (String assignment : overrides) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new ConfigException("--set: key=value expected, got '" + assignment + "'");
      }
      String key = assignment.substring(0, equals).trim();
      tree.set(key, assignment.substring(equals + 1), "--set " + key);
    }
  }

  private ServerConfig bind() {
    RetiredSettings.ADVICE.forEach(
        (key, advice) -> {
          if (!tree.values().at("/" + key.replace('.', '/')).isMissingNode()) {
            throw tree.refusal(key, advice);
          }
        });
    ExperimentDefaults.fill(tree.values().path("experiments"));
    ServerConfig config = tree.bind(ServerConfig.class);
    try {
      ArmSettings.check(config);
      return config;
    } catch (SettingException e) {
      throw tree.refusal(e.key(), String.valueOf(e.getMessage()));
    }
  }
}
