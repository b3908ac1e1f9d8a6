package io.unipin.train.recipe;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parses the text of nested records into settings by dotted names.
 * {@code Outer[a=1, b=Inner[c=2], d={e=3}]} becomes {@code a}, {@code b.c} and {@code d.e}. A list
 * or an empty map becomes one setting. Not thread-safe.
 */
public final class RecordText {
  private static final String CLOSING = "]}";

  private final String text;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private int at;

  private RecordText(String text) {
    this.text = text;
  }

  public static Map<String, String> settings(String text) {
    RecordText reader = new RecordText(text);
    reader.value("");
    return reader.settings;
  }

  /**
   * Reads a value: either nested settings, or the text up to the next comma or closing bracket of
   * the enclosing record.
   */
  private void value(String name) {
    int begin = at;
    if (text.startsWith("[", at)) {
      list(name);
      return;
    }
    while (at < text.length() && !isEnd() && text.charAt(at) != '[' && text.charAt(at) != '{') {
      at++;
    }
    boolean nested = at < text.length() && !isEnd();
    if (!nested) {
      settings.put(name, text.substring(begin, at));
      return;
    }
    at++;
    if (at < text.length() && isClosing()) {
      at++;
      settings.put(name, "none");
      return;
    }
    fields(name);
  }

  /** Reads a list without lists inside. Its text is one setting. */
  private void list(String name) {
    int closing = text.indexOf(']', at);
    int end = closing < 0 ? text.length() : closing + 1;
    String list = text.substring(at, end);
    settings.put(name, list.equals("[]") ? "none" : list);
    at = end;
  }

  private void fields(String name) {
    while (at < text.length()) {
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        at = text.length();
        return;
      }
      String field = text.substring(at, equals);
      at = equals + 1;
      value(name.isEmpty() ? field : name + "." + field);
      boolean more = text.startsWith(", ", at);
      at += more ? 2 : 1;
      if (!more) {
        return;
      }
    }
  }

  private boolean isEnd() {
    return isClosing() || text.startsWith(", ", at);
  }

  private boolean isClosing() {
    return CLOSING.indexOf(text.charAt(at)) >= 0;
  }
}
