package io.unipin.cli.shell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the shell remembers while it runs. Not thread-safe. */
final class Session {
  private final String surface;
  private final Set<String> users = new LinkedHashSet<>();
  private final Map<String, Deque<String>> events = new HashMap<>();
  private String user = "";
  private Feed feed = new Feed();
  private Set<String> actions = Set.of();

  /**
   * Creates a session.
   *
   * @param surface surface of the pages; empty for the bundle's first surface
   */
  Session(String surface) {
    this.surface = surface;
  }

  String surface() {
    return surface;
  }

  /** Chooses a user, and forgets the pages shown before. */
  void choose(String chosen) {
    user = chosen;
    users.add(chosen);
    feed = new Feed();
  }

  /** Forgets everything that belongs to a user. If the user is chosen, the user stays chosen. */
  void forget(String erased) {
    events.remove(erased);
    if (erased.equals(user)) {
      feed = new Feed();
    } else {
      users.remove(erased);
    }
  }

  boolean hasUser() {
    return !user.isEmpty();
  }

  /** Returns the chosen user. */
  String user() {
    if (user.isEmpty()) {
      String example = users.isEmpty() ? "u0001" : users.iterator().next();
      throw new ShellException("a chosen user expected, got none", "user " + example);
    }
    return user;
  }

  /** Returns the users that were chosen in this session. */
  List<String> users() {
    return List.copyOf(users);
  }

  Feed feed() {
    return feed;
  }

  /** Remembers an event that this session recorded for the chosen user. */
  void recorded(String event) {
    events.computeIfAbsent(user(), key -> new ArrayDeque<>()).addFirst(event);
  }

  /** Returns the chosen user's events that this session recorded, newest first. */
  List<String> events() {
    return List.copyOf(events.getOrDefault(user, new ArrayDeque<>()));
  }

  void retracted(String event) {
    events.getOrDefault(user, new ArrayDeque<>()).remove(event);
  }

  /** Returns the last known names of the bundle's actions. */
  Set<String> actions() {
    return actions;
  }

  void knowActions(List<String> names) {
    actions = new TreeSet<>(names);
  }
}
