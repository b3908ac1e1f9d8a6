package io.unipin.train.recipe;

import io.unipin.settings.SettingsTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A recipe whose settings all have values, with the reasons for the values that the data
 * determined.
 *
 * @param choices the settings that were left to the data, in the order in which they were chosen
 * @param data the statistics by which they were chosen
 */
public record ResolvedRecipe(TrainConfig config, List<SettingChoice> choices, LogStatistics data) {
  /** Name of the file with all settings in the folder of a trained model. */
  public static final String FILE = "recipe.yaml";

  public ResolvedRecipe {
    choices = List.copyOf(choices);
  }

  /**
   * Returns the statistics and then the choices as lines of text; empty if no setting was left to
   * the data.
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (!choices.isEmpty()) {
      lines.add("chosen by the training part: " + data.toText());
      choices.forEach(choice -> lines.add("  " + choice));
    }
    return lines;
  }

  /** Returns the value and the reason of each choice, by the path of its setting. */
  public Map<String, Object> chosen() {
    Map<String, Object> chosen = new LinkedHashMap<>();
    for (SettingChoice choice : choices) {
      chosen.put(choice.setting(), Map.of("value", choice.value(), "reason", choice.reason()));
    }
    return chosen;
  }

  /**
   * Writes all settings to a file that {@link Recipe#read} can read. Automatic settings have the
   * chosen values. Comments at the top name the choices and their reasons.
   */
  public void write(Path yaml) throws IOException {
    SettingsTree.write(config, yaml);
    StringBuilder text = new StringBuilder();
    lines().forEach(line -> text.append("# ").append(line).append('\n'));
    text.append(Files.readString(yaml, StandardCharsets.UTF_8));
    Files.writeString(yaml, text, StandardCharsets.UTF_8);
  }
}
