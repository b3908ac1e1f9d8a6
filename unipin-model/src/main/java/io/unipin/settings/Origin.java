package io.unipin.settings;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a value and its parts were written, and with which characters. Not thread-safe while parts
 * are added.
 */
final class Origin {
  private final @Nullable Place place;
  private final @Nullable String text;

  /** Origins of the parts: by key for a map, by {@code [0]}, {@code [1]} and so on for a list. */
  private final Map<String, Origin> parts = new HashMap<>();

  /**
   * Creates an origin without parts.
   *
   * @param place where the value was written; null for a computed value
   * @param text the characters of a scalar; null for a list or a map
   */
  Origin(@Nullable Place place, @Nullable String text) {
    this.place = place;
    this.text = text;
  }

  /** Returns the origin of values that nobody wrote. */
  static Origin none() {
    return new Origin(null, null);
  }

  @Nullable Place place() {
    return place;
  }

  @Nullable String text() {
    return text;
  }

  /** Returns the name of the list's part with this index. */
  static String item(int index) {
    return "[" + index + "]";
  }

  void put(String name, Origin part) {
    parts.put(name, part);
  }

  Origin part(String name) {
    Origin part = parts.get(name);
    return part == null ? none() : part;
  }

  /**
   * Returns the origin of a branch. If the branch has no origin yet, adds one with the place
   * {@code above}.
   */
  Origin enter(String name, @Nullable Place above) {
    return parts.computeIfAbsent(name, key -> new Origin(above, null));
  }

  /** Returns the origin of exactly this path, or null. */
  @Nullable Origin at(List<String> path) {
    Origin at = this;
    for (String name : path) {
      at = at.parts.get(name);
      if (at == null) {
        return null;
      }
    }
    return at;
  }

  /**
   * Returns the place of a key such as {@code server.port}. If this place is unknown, returns the
   * place of the innermost branch that surrounds the key and has a known place, or null.
   */
  @Nullable Place nearest(String key) {
    Place nearest = null;
    Origin at = this;
    String rest = key;
    while (!rest.isEmpty()) {
      String name = at.first(rest);
      if (name == null) {
        break;
      }
      at = at.part(name);
      nearest = at.place == null ? nearest : at.place;
      rest = rest.substring(name.length());
      rest = rest.startsWith(".") ? rest.substring(1) : rest;
    }
    return nearest;
  }

  /**
   * Returns the name of the part with which a key begins; null if there is none. Names may contain
   * dots, so the longest name that fits is returned.
   */
  private @Nullable String first(String key) {
    String longest = null;
    for (String name : parts.keySet()) {
      boolean begins =
          key.startsWith(name)
              && (key.length() == name.length() || ".[".indexOf(key.charAt(name.length())) >= 0);
      if (begins && (longest == null || name.length() > longest.length())) {
        longest = name;
      }
    }
    return longest;
  }
}
