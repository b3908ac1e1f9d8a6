package io.unipin.serving.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The stored data of a user. The events after a certain position, the floor, are kept. The events
 * up to the floor were dropped and are only counted.
 *
 * @param older number of events up to the floor that were not retracted
 * @param floor position of the newest event that was dropped to make room
 * @param kept events after the floor, oldest first; an event that was retracted has only its time
 * @param dropped versions of events up to the floor, in the order in which the events were dropped
 * @param waiting retractions of events that have no record yet: the revision by event, in the order
 *     of arrival
 * @param unlinked events whose action is unknown; the action may be in {@code kept} or counted in
 *     {@code older}
 */
public record StoredRecord(
    long older,
    EventPlace floor,
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
      new StoredRecord(0, EventPlace.BEFORE_ALL, List.of(), Map.of(), Map.of(), List.of());

  /**
   * Returns the actions of the newest {@code limit} events, without events that were retracted. The
   * returned lifetime is the number of all events that were not retracted.
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
