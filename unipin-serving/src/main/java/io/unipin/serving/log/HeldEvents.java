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
 * Chooses which of a user's logged actions hold, as {@link UserRecord} does: of every event the greatest record, unless it is
 * taken back. It does not matter in which order they were logged, nor in which segments they stand.
 */
final class HeldEvents {
  private static final Comparator<ServedEntry> GREATER =
      Comparator.comparingLong(ServedEntry::revisionOrFirst)
          .thenComparing(ServedEntry::action, RecordedAction.BY_CONTENT);

  private HeldEvents() {}

  /** Returns all pages, and the actions that hold. */
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
