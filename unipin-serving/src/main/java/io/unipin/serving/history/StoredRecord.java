package io.unipin.serving.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The stored data of a user.
 *
 * @param older number of events at or before the floor that were not taken back
 * @param floor newest place from which an event was dropped
 * @param kept newest events, oldest first; events taken back have only their time
 * @param dropped versions of events at or before the floor, in the order in which the events were
 *     dropped
 * @param waiting revisions of retractions by event, for events without a record, in the order of
 *     arrival
 * @param unlinked events whose action is unknown; the action may be in {@code kept} or counted in
 *     {@code older}
 */
public record StoredRecord(
    long older,
    Place floor,
    List<KeptEvent> kept,
    Map<Long, EventVersions> dropped,
    Map<Long, Long> waiting,
    Collection<Long> unlinked) {
  /**
   * Upper bound of {@code older}. No user has this many actions, and the bound is far below the
   * largest long.
   */
  static final long MOST_OLDER = 1L << 53;

  public static final StoredRecord EMPTY =
      new StoredRecord(0, Place.BEFORE_ALL, List.of(), Map.of(), Map.of(), List.of());

  /**
   * Returns those actions of the newest {@code limit} events that were not taken back, and the
   * number of all actions that were not taken back.
   */
  public UserHistory history(int limit) {
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
