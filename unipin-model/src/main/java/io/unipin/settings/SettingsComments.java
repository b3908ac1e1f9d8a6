package io.unipin.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Collects the comments of a YAML file of defaults, which explain the settings. The comment of a
 * key consists of the comment lines directly above the key, of the comment after its value on the
 * same line, and of the more deeply indented comment lines below. The comment at the beginning of
 * the file is about the file. Not thread-safe.
 */
final class SettingsComments {
  private static final Pattern COMMENT = Pattern.compile("( *)# ?(.*)");
  private static final Pattern KEY = Pattern.compile("( *)([A-Za-z]\\w*):(?: +(.*))?");

  /** A comment after a value on the same line. A value may be a text in quotes. */
  private static final Pattern BEHIND = Pattern.compile("(?:\"[^\"]*\"|[^\"#])*?(?:^| )# ?(.*)");

  /** A key whose lines are being read, and the column at which it begins. */
  private record Open(int column, String key) {}

  private final Map<String, String> comments = new HashMap<>();
  private final Deque<Open> branches = new ArrayDeque<>();
  private final List<String> above = new ArrayList<>();
  private boolean begun;

  private SettingsComments() {}

  /**
   * Returns the comments of a resource that lies beside a class, by key such as
   * {@code server.port}.
   */
  static Map<String, String> of(Class<?> owner, String resource) {
    try (InputStream in = Objects.requireNonNull(owner.getResourceAsStream(resource), resource)) {
      return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the comments of a YAML text by key. Keys without a comment are left out. */
  static Map<String, String> of(String yaml) {
    SettingsComments reader = new SettingsComments();
    yaml.lines().forEach(reader::line);
    return reader.comments;
  }

  private void line(String line) {
    Matcher comment = COMMENT.matcher(line);
    Matcher key = KEY.matcher(line);
    if (comment.matches()) {
      if (begun) {
        comment(comment.group(1).length(), comment.group(2).strip());
      }
      return;
    }
    begun = true;
    if (key.matches()) {
      key(key.group(1).length(), key.group(2), key.group(3) == null ? "" : key.group(3));
    } else {
      above.clear();
    }
  }

  /**
   * Reads a comment line. A line far to the right of the last key continues the comment of that
   * key.
   */
  private void comment(int column, String text) {
    Open last = branches.peek();
    if (above.isEmpty() && last != null && column > last.column() + 2) {
      comments.merge(last.key(), text, (old, more) -> old + " " + more);
    } else {
      above.add(text);
    }
  }

  private void key(int column, String name, String rest) {
    for (Open last = branches.peek(); last != null; last = branches.peek()) {
      if (last.column() < column) {
        break;
      }
      branches.pop();
    }
    Open branch = branches.peek();
    String key = branch == null ? name : SettingsTree.join(branch.key(), name);
    branches.push(new Open(column, key));
    Matcher behind = BEHIND.matcher(rest);
    if (behind.matches()) {
      above.add(behind.group(1).strip());
    }
    String text = String.join(" ", above).strip();
    above.clear();
    if (!text.isEmpty()) {
      comments.put(key, text);
    }
  }
}
