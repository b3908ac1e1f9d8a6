package io.unipin.tests.reference;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A setting or a section of settings, as a file of defaults explains it.
 *
 * @param key path of the setting, such as {@code server.port}
 * @param value the default as it is written; empty for a section
 * @param meaning the comment before and beside the setting; empty if there is none
 */
record Setting(String key, String value, String meaning) {
  private static final Pattern COMMENT = Pattern.compile(" *#( {0,3})(.*)");
  private static final Pattern LINE =
      Pattern.compile("( *)([A-Za-z]\\w*): *(\\[[^]]*]|\\{[^}]*}|\"[^\"]*\"|[^#]*?) *(?:# *(.*))?");

  /** Spaces before the text of a comment that continues the comment beside a setting. */
  private static final int CONTINUED = 3;

  boolean isSection() {
    return value.isEmpty();
  }

  /** Whether the setting is a whole section of the file. */
  boolean isTop() {
    return key.indexOf('.') < 0;
  }

  private Setting with(String words) {
    return new Setting(key, value, (meaning + " " + words).strip());
  }

  /** Reads a file of defaults in YAML. Leaves out the first comment if an empty line follows it. */
  static List<Setting> read(String yaml) {
    List<Setting> settings = new ArrayList<>();
    List<String> before = new ArrayList<>();
    Deque<String> names = new ArrayDeque<>();
    for (String line : yaml.lines().toList()) {
      Matcher comment = COMMENT.matcher(line);
      Matcher setting = LINE.matcher(line);
      if (line.isBlank()) {
        before.clear();
      } else if (comment.matches()) {
        if (comment.group(1).length() == CONTINUED && before.isEmpty()) {
          int last = settings.size() - 1;
          settings.set(last, settings.get(last).with(comment.group(2).strip()));
        } else {
          before.add(comment.group(2).strip());
        }
      } else if (setting.matches()) {
        while (names.size() > setting.group(1).length() / 2) {
          names.removeLast();
        }
        names.addLast(setting.group(2));
        String beside = setting.group(4) == null ? "" : setting.group(4).strip();
        settings.add(
            new Setting(String.join(".", names), setting.group(3), String.join(" ", before))
                .with(beside));
        before.clear();
      } else {
        throw new IllegalStateException("a comment or a setting expected, got " + line);
      }
    }
    return settings;
  }
}
