package io.unipin.counts;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts a log in the simplest way, as a reference for tests. */
final class NaiveCounts {
  private final FeedLog log;
  private final Holdout holdout;

  NaiveCounts(FeedLog log, Holdout holdout) {
    this.log = log;
    this.holdout = holdout;
  }

  /** A training impression, or an action that is older than the first feedview. */
  record Event(int user, int surface, String segment, int item, long time, long bits) {}

  List<Event> impressions() {
    List<Event> events = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
          int item = log.impressionItems()[i];
          if (holdout.part(user, view) == Part.TRAIN && !holdout.withheld().contains(item)) {
            String segment = segment(user, log.viewHistory()[view]);
            long time = log.viewTimes()[view];
            long bits = log.impressionBits()[i];
            events.add(new Event(user, log.viewSurfaces()[view], segment, item, time, bits));
          }
        }
      }
    }
    return events;
  }

  List<Event> before() {
    long first = Long.MAX_VALUE;
    for (long time : log.viewTimes()) {
      first = Math.min(first, time);
    }
    List<Event> events = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      for (int i = start; i < start + holdout.trainEnd(user); i++) {
        int item = log.actionItems()[i];
        if (log.actionTimes()[i] < first && !holdout.withheld().contains(item)) {
          events.add(new Event(user, 0, "", item, 0, log.actionBits()[i]));
        }
      }
    }
    return events;
  }

  /** Returns the last 200 training actions of each user, without withheld items. */
  List<Event> own() {
    List<Event> events = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      int end = start + holdout.trainEnd(user);
      for (int i = Math.max(start, end - 200); i < end; i++) {
        int item = log.actionItems()[i];
        if (!holdout.withheld().contains(item)) {
          events.add(new Event(user, 0, "", item, 0, log.actionBits()[i]));
        }
      }
    }
    return events;
  }

  /**
   * Returns the most frequent category of the last 50 positive items. Of equally frequent
   * categories, returns the one that comes first in the catalogue.
   */
  private String segment(int user, int history) {
    List<String> categories = new ArrayList<>();
    int start = log.actionStart(user);
    for (int i = start + history - 1; i >= start && categories.size() < 50; i--) {
      if ((log.actionBits()[i] & 1) != 0) {
        categories.add(log.catalogue().category(log.actionItems()[i]));
      }
    }
    String segment = "";
    long most = 0;
    for (int item = 0; item < log.catalogue().size(); item++) {
      String category = log.catalogue().category(item);
      long times = categories.stream().filter(category::equals).count();
      if (!category.isEmpty() && times > most) {
        most = times;
        segment = category;
      }
    }
    return segment;
  }

  /** Counts of one row of a table. */
  static final class Row {
    private final Map<Integer, Set<Integer>> users = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    void add(int window, Event event) {
      users.computeIfAbsent(window, unseen -> new HashSet<>()).add(event.user());
      counts.merge("shown " + window, 1, Integer::sum);
      for (int action = 0; action < 2; action++) {
        counts.merge("got " + window + action, (int) (event.bits() >> action & 1), Integer::sum);
      }
    }

    int shown(int window) {
      return enough(window) ? counts.getOrDefault("shown " + window, 0) : 0;
    }

    int got(int window, int action) {
      return enough(window) ? counts.getOrDefault("got " + window + action, 0) : 0;
    }

    boolean enough(int window) {
      return users.getOrDefault(window, Set.of()).size() >= 2;
    }
  }

  /** Returns those rows of a key that count at least two users in their longest window. */
  Map<Long, Row> rows(CountKey key, List<CountWindow> windows, long until) {
    Map<Long, Row> rows = new TreeMap<>();
    List<Event> actions = key.isBefore() ? before() : own();
    for (Event event : key.countsImpressions() ? impressions() : actions) {
      long value = value(key, event);
      for (int w = 0; w < windows.size() && value >= 0; w++) {
        long days = days(windows.get(w));
        if (days == 0 || until - event.time() <= Duration.ofDays(days).toMillis()) {
          rows.computeIfAbsent(value, unseen -> new Row()).add(w, event);
        }
      }
    }
    rows.values().removeIf(row -> !row.enough(0));
    return rows;
  }

  private static long days(CountWindow window) {
    return switch (window) {
      case ALL -> 0;
      case DAYS_28 -> 28;
      case DAYS_7 -> 7;
      case DAYS_1 -> 1;
    };
  }

  private long value(CountKey key, Event event) {
    int items = log.catalogue().size();
    long segment = number(event.segment(), true);
    return switch (key) {
      case TOTAL, BEFORE_TOTAL, OWN_TOTAL -> 0;
      case SURFACE -> event.surface();
      case ITEM, BEFORE -> event.item();
      case CATEGORY -> number(log.catalogue().category(event.item()), true);
      case AUTHOR -> number(log.catalogue().author(event.item()), false);
      case SEGMENT -> segment;
      case SURFACE_ITEM -> (long) event.surface() * items + event.item();
      case SEGMENT_ITEM -> segment < 0 ? -1 : segment * items + event.item();
    };
  }

  /** Numbers names in the order in which the catalogue has them. */
  private int number(String name, boolean category) {
    Set<String> before = new HashSet<>();
    for (int item = 0; item < log.catalogue().size(); item++) {
      String own = category ? log.catalogue().category(item) : log.catalogue().author(item);
      if (own.equals(name) && !name.isEmpty()) {
        return before.size();
      }
      if (!own.isEmpty()) {
        before.add(own);
      }
    }
    return -1;
  }

  /** Returns {@code leader -> follower -> count} of the pairs of at least two users. */
  Map<Integer, Map<Integer, Integer>> followers() {
    Map<Integer, Map<Integer, Integer>> counts = new TreeMap<>();
    Map<Integer, Map<Integer, Set<Integer>>> users = new HashMap<>();
    for (int user = 0; user < log.users(); user++) {
      List<Integer> positives = positives(user);
      for (int i = 0; i < positives.size(); i++) {
        for (int j = i + 1; j <= Math.min(i + 5, positives.size() - 1); j++) {
          int leader = positives.get(i);
          int follower = positives.get(j);
          if (leader != follower) {
            counts
                .computeIfAbsent(leader, unseen -> new TreeMap<>())
                .merge(follower, 1, Integer::sum);
            users
                .computeIfAbsent(leader, unseen -> new HashMap<>())
                .computeIfAbsent(follower, unseen -> new HashSet<>())
                .add(user);
          }
        }
      }
    }
    counts.forEach(
        (leader, own) ->
            own.keySet()
                .removeIf(
                    i ->
                        users.getOrDefault(leader, Map.of()).getOrDefault(i, Set.of()).size() < 2));
    counts.values().removeIf(Map::isEmpty);
    return counts;
  }

  /** Returns the positive items of a user's training actions, without withheld items. */
  List<Integer> positives(int user) {
    List<Integer> positives = new ArrayList<>();
    int start = log.actionStart(user);
    for (int i = start; i < start + holdout.trainEnd(user); i++) {
      int item = log.actionItems()[i];
      if ((log.actionBits()[i] & 1) != 0 && !holdout.withheld().contains(item)) {
        positives.add(item);
      }
    }
    return positives;
  }
}
