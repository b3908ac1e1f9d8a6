package io.unipin.settings;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A record with a component of each type that settings can have. */
record Shop(
    String name,
    Door door,
    Size size,
    Map<String, Float> weights,
    List<String> tags,
    List<Long> ids,
    @Nullable Note note) {
  static final SettingsTree DEFAULTS = SettingsTree.ofDefaults(Shop.class, "shop.yaml");

  /**
   * Returns the defaults, overridden by the settings of a text. In the text {@code \\n} ends a
   * line.
   */
  static SettingsTree tree(Path folder, String text) throws IOException {
    SettingsTree tree = DEFAULTS.copy();
    tree.merge(Files.writeString(folder.resolve("my.yaml"), text.replace("\\n", "\n")));
    return tree;
  }

  static Shop set(String key, String value) {
    SettingsTree tree = DEFAULTS.copy();
    tree.set(key, value, "--set " + key);
    return tree.bind(Shop.class);
  }

  record Door(int width, long height, double share, boolean open, Duration delay) {
    Door {
      SettingException.checkRange("width", width, 1, 900);
    }
  }

  enum Size {
    @JsonProperty("very-small")
    SMALL,
    LARGE
  }

  record Note(Located text, @Nullable String hint, @JsonProperty("most_lines") int mostLines) {}
}
