package io.unipin.serving.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What is stored of a user.
 *
 * @param older number of events that count and stand at or before the floor
 * @param floor the newest place from which an event was dropped
 * @param kept the newest events, oldest first; those taken back too, by time alone
 * @param dropped events at or before the floor, in the order in which they went there
 * @param waiting revisions of retractions of events that were never recorded, in the order of their arrival
 * @param unlinked events of which nobody knows the action in {@code kept}, or whether it is in {@code older}
 */
record StoredRecord(
    long older,
    Place floor,
    List<KeptEvent> kept,
    Map<Long, EventVersions> dropped,
    Map<Long, Long> waiting,
    Collection<Long> unlinked) {
  /** More than any user does, and far from what a number holds. */
  static final long MOST_OLDER = 1L << 53;

  static final StoredRecord EMPTY =
      new StoredRecord(0, Place.BEFORE_ALL, List.of(), Map.of(), Map.of(), List.of());

  /** What counts among the newest {@code limit} events, and how many count at all. */
  UserHistory history(int limit) {
    List<RecordedAction> newest = new ArrayList<>(Math.min(limit, kept.size()));
    long lifetime = older;
    for (int i = 0; i < kept.size(); i++) {
      KeptEvent event = kept.get(i);
      if (event.counts()) {
        lifetime++;
        if (i >= kept.size() - limit) {
          newest.add(event.action());
        }
      }
    }
    return new UserHistory(lifetime, newest);
  }
}
