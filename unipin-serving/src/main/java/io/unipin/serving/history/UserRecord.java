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
 * A user's record in the store, as read for a change. One thread.
 *
 * <p>Of an event the greatest of its records holds, and the highest of its retractions, whichever came first. Every event after the
 * {@code floor} is kept and none before it, so that a late one never stands in front of a gap.
 */
public final class UserRecord {
  /*
   * Records, repeats, corrections and retractions of any number of events, in any order, end in one history and one count
   * as long as
   *   (a) at most spare(limit) corrections move an event from after the floor to before it,
   *   (b) at most limit retractions wait for their record at once, and
   *   (c) whatever concerns an event before the floor arrives before limit others have gone there after it.
   * Because an event is dropped only when limit + spare(limit) others stand after it, and each of these leaves the part
   * after the floor by (a) alone, at least limit events stand after the floor. That part holds all events that there are,
   * so its newest limit are the newest of all. By (b) and (c) each event is counted once, as its versions say.
   */
  private final int limit;
  private final List<KeptEvent> kept;
  private final Map<Long, KeptEvent> byEvent = new HashMap<>();
  private final Map<Long, EventVersions> dropped;
  private final Map<Long, Long> waiting;
  private final Set<Long> unlinked;
  private Place floor;
  private long older;
  private int forgotten;
  private boolean changed;

  /** What became of a record of an event. */
  enum Recording {
    RECORDED,
    CORRECTED,
    RETRACTED,
    DUPLICATE,
    UNLINKED
  }

  /** What became of a retraction. */
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

  /** How many events beyond {@code limit} are kept: that many may be corrected to an earlier time. */
  static int spare(int limit) {
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

  /** Whether a record changes nothing of an event before the floor, whose action is not known any more. */
  private boolean isLate(
      @Nullable EventVersions gone, long revision, long event, RecordedAction action) {
    if (gone == null || revision > gone.recorded()) {
      return false;
    }
    // Of equal revisions the later record holds, and the one that went was at or before the floor.
    boolean before = new Place(action.timeMs(), event).compareTo(floor) <= 0;
    return revision < gone.recorded() || before;
  }

  /** An event is told from others when it is recorded again as it was. */
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

  /** Lets go of the oldest beyond the limit. */
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

  /** Retractions that were let go to make room. */
  int forgotten() {
    return forgotten;
  }

  /** Whether there is anything new to store. */
  boolean isChanged() {
    return changed;
  }

  StoredRecord stored() {
    return new StoredRecord(older, floor, kept, dropped, waiting, unlinked);
  }
}
