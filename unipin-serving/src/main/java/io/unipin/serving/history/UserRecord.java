package io.unipin.serving.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A user's record, read from the store in order to change it. Not thread-safe.
 *
 * <p>If an event was recorded several times, the record with the highest revision is valid. If the
 * event was retracted several times, the retraction with the highest revision is valid. The order
 * of arrival does not matter.
 *
 * <p>The record keeps every event after the {@code floor} and no event before the floor. So no
 * event is missing between two kept events.
 */
public final class UserRecord {
  /*
   * Records, repeats, corrections and retractions can arrive in any order. They always give the
   * same history and the same count if three conditions are met: (a) At most spare(limit)
   * corrections move an event from after the floor to before it. (b) At most limit retractions wait
   * at the same time for a record of their event. (c) Every change of an event before the floor
   * arrives before limit more events are dropped.
   *
   * An event is dropped only when limit + spare(limit) newer events are kept. These events lie
   * after the floor. Only a correction can move one of these events to before the floor. By (a),
   * there are at most spare(limit) such corrections. So at least limit events stay after the floor.
   *
   * The kept events include all events after the floor. So the newest of the kept events, limit in
   * number, are also the newest of all events. By (b) and (c), each event is counted at most once, according to its
   * highest revisions.
   */
  private final int limit;
  private final List<KeptEvent> kept;
  private final Map<Long, KeptEvent> byEvent = new HashMap<>();
  private final Map<Long, EventVersions> dropped;
  private final Map<Long, Long> waiting;
  private final Set<Long> unlinked;
  private EventPlace floor;
  private long older;
  private int forgotten;
  private boolean changed;

  /** The outcome of recording an event. */
  enum Recording {
    RECORDED,
    CORRECTED,
    RETRACTED,
    DUPLICATE,
    UNLINKED
  }

  /** The outcome of a retraction. */
  enum Retraction {
    RETRACTED,
    WAITING,
    DUPLICATE,
    SUPERSEDED,
    UNLINKED
  }

  UserRecord(int limit, StoredRecord stored) {
    this.limit = limit;
    this.older = stored.older();
    this.floor = stored.floor();
    this.kept = new ArrayList<>(stored.kept());
    this.dropped = new LinkedHashMap<>(stored.dropped());
    this.waiting = new LinkedHashMap<>(stored.waiting());
    this.unlinked = new LinkedHashSet<>(stored.unlinked());
    for (KeptEvent event : kept) {
      if (event.isLinked()) {
        byEvent.put(event.event(), event);
      }
    }
  }

  /**
   * Returns how many events are kept beyond {@code limit}. This is the number of events that may be
   * corrected to an earlier time.
   */
  public static int spare(int limit) {
    return (limit + 7) / 8;
  }

  Recording record(long event, long revision, RecordedAction action) {
    if (unlinked.contains(event)) {
      return link(event, revision, action);
    }
    KeptEvent known = byEvent.get(event);
    EventVersions gone = dropped.get(event);
    if (known != null
        ? !known.givesWayTo(revision, action)
        : isLate(gone, revision, event, action)) {
      return Recording.DUPLICATE;
    }
    long retracted = EventVersions.NONE;
    if (known != null) {
      retracted = known.versions().retracted();
      kept.remove(known);
    } else if (gone != null) {
      retracted = gone.retracted();
      dropped.remove(event);
      older -= gone.hold() ? 1 : 0;
    } else if (waiting.containsKey(event)) {
      retracted = waiting.remove(event);
    }
    EventVersions versions = new EventVersions(revision, retracted);
    add(KeptEvent.of(event, versions, action));
    if (!versions.hold()) {
      return Recording.RETRACTED;
    }
    return known == null && gone == null ? Recording.RECORDED : Recording.CORRECTED;
  }

  /**
   * Whether a record is too late to change an event that was dropped. The action of such an event
   * is no longer known.
   */
  private boolean isLate(
      @Nullable EventVersions gone, long revision, long event, RecordedAction action) {
    if (gone == null || revision > gone.recorded()) {
      return false;
    }
    // If revisions are equal, the record with the later time is valid. The dropped record was at or
    // before the floor.
    boolean before = new EventPlace(action.timeMs(), event).compareTo(floor) <= 0;
    return revision < gone.recorded() || before;
  }

  /** Links the event id to an unlinked action if that action is recorded again unchanged. */
  private Recording link(long event, long revision, RecordedAction action) {
    for (KeptEvent candidate : kept) {
      if (!candidate.isLinked() && candidate.action().equals(action)) {
        kept.remove(candidate);
        unlinked.remove(event);
        add(KeptEvent.of(event, new EventVersions(revision, EventVersions.NONE), action));
        return Recording.DUPLICATE;
      }
    }
    return revision == 0 ? Recording.DUPLICATE : Recording.UNLINKED;
  }

  Retraction retract(long event, long revision) {
    if (unlinked.contains(event)) {
      return Retraction.UNLINKED;
    }
    KeptEvent known = byEvent.get(event);
    EventVersions versions = known == null ? dropped.get(event) : known.versions();
    if (versions == null) {
      long before = waiting.getOrDefault(event, EventVersions.NONE);
      if (revision <= before) {
        return Retraction.DUPLICATE;
      }
      waiting.put(event, revision);
      changed = true;
      return Retraction.WAITING;
    }
    if (revision < versions.recorded()) {
      return Retraction.SUPERSEDED;
    }
    if (revision <= versions.retracted()) {
      return Retraction.DUPLICATE;
    }
    EventVersions now = new EventVersions(versions.recorded(), revision);
    if (known != null) {
      kept.remove(known);
      add(KeptEvent.of(event, now, known.action()));
    } else {
      dropped.put(event, now);
      older -= versions.hold() ? 1 : 0;
      changed = true;
    }
    return versions.hold() ? Retraction.RETRACTED : Retraction.DUPLICATE;
  }

  private void add(KeptEvent event) {
    changed = true;
    if (event.place().compareTo(floor) <= 0) {
      drop(event);
      return;
    }
    int at = Collections.binarySearch(kept, event, Comparator.comparing(KeptEvent::place));
    kept.add(at < 0 ? -at - 1 : at, event);
    byEvent.put(event.event(), event);
  }

  private void drop(KeptEvent event) {
    older += event.counts() ? 1 : 0;
    if (event.isLinked()) {
      byEvent.remove(event.event());
      dropped.put(event.event(), event.versions());
    }
  }

  /** Drops the oldest events and versions that exceed the limits. */
  void trim() {
    int excess = kept.size() - limit - spare(limit);
    if (excess > 0) {
      List<KeptEvent> oldest = kept.subList(0, excess);
      oldest.forEach(this::drop);
      floor = oldest.get(excess - 1).place();
      oldest.clear();
    }
    Iterator<EventVersions> gone = dropped.values().iterator();
    for (int i = dropped.size(); i > limit; i--) {
      forgotten += gone.next().retracted() > EventVersions.NONE ? 1 : 0;
      gone.remove();
    }
    forgotten += Math.max(0, waiting.size() - limit);
    removeFirst(waiting.keySet(), waiting.size() - limit);
    removeFirst(unlinked, unlinked.size() + byEvent.size() + dropped.size() - limit);
  }

  private static void removeFirst(Set<Long> set, int count) {
    Iterator<Long> first = set.iterator();
    for (int i = 0; i < count && first.hasNext(); i++) {
      first.next();
      first.remove();
    }
  }

  /** Returns the number of retractions that were deleted to make room. */
  int forgotten() {
    return forgotten;
  }

  /** Whether the record has changes that must be stored. */
  boolean isChanged() {
    return changed;
  }

  StoredRecord stored() {
    return new StoredRecord(older, floor, kept, dropped, waiting, unlinked);
  }
}
