package io.unipin.serving.log;

import io.unipin.serving.history.EventVersions;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses those logged actions of a user that are valid after all corrections and retractions. The
 * rule is the same as in {@link UserRecord}.
 *
 * <p>If an event was recorded several times, the record with the highest revision is valid, unless
 * the event was retracted. The result depends neither on the order of logging nor on the segments.
 */
final class HeldEvents {
  private static final Comparator<ServedEntry> GREATER =
      Comparator.comparingLong(ServedEntry::revisionOrFirst)
          .thenComparing(ServedEntry::action, RecordedAction.BY_CONTENT);

  private HeldEvents() {}

  /** Returns all pages and the valid actions. */
  static List<ServedEntry> of(List<ServedEntry> entries) {
    List<ServedEntry> held = new ArrayList<>();
    Map<String, ServedEntry> records = new HashMap<>();
    Map<String, Long> retractions = new HashMap<>();
    for (ServedEntry entry : entries) {
      String event = entry.event();
      if (event == null) {
        held.add(entry);
      } else if (entry.isRetraction()) {
        retractions.merge(event, entry.revisionOrFirst(), Math::max);
      } else {
        records.merge(event, entry, (one, other) -> GREATER.compare(one, other) >= 0 ? one : other);
      }
    }
    records.forEach(
        (event, record) -> {
          long retracted = retractions.getOrDefault(event, EventVersions.NONE);
          if (record.revisionOrFirst() > retracted) {
            held.add(record);
          }
        });
    return held;
  }
}
