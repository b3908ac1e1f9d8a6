package io.unipin.serving.history;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A user's record in the store, as read for a change: the newest actions, how many there were at all, and hashes of the
 * newest events in the order of their arrival. One thread.
 */
final class UserRecord {
  private final int limit;
  private final List<RecordedAction> actions;
  private final Set<Long> events;
  private long lifetime;

  UserRecord(int limit, long lifetime, List<RecordedAction> actions, List<Long> events) {
    this.limit = limit;
    this.lifetime = lifetime;
    this.actions = new ArrayList<>(actions);
    this.events = new LinkedHashSet<>(events);
  }

  static UserRecord empty(int limit) {
    return new UserRecord(limit, 0, List.of(), List.of());
  }

  /** Adds an action at its place in time, after those of the same time; false when the event is known. */
  boolean add(long event, RecordedAction action) {
    if (!events.add(event)) {
      return false;
    }
    int at = actions.size();
    while (at > 0 && actions.get(at - 1).timeMs() > action.timeMs()) {
      at--;
    }
    actions.add(at, action);
    lifetime++;
    return true;
  }

  /** Lets go of the oldest beyond the limit. */
  void trim() {
    actions.subList(0, Math.max(0, actions.size() - limit)).clear();
    Iterator<Long> oldest = events.iterator();
    for (int excess = events.size() - limit; excess > 0; excess--) {
      oldest.next();
      oldest.remove();
    }
  }

  long lifetime() {
    return lifetime;
  }

  List<RecordedAction> actions() {
    return actions;
  }

  Set<Long> events() {
    return events;
  }
}
