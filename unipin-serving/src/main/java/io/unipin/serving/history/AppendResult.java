package io.unipin.serving.history;

import io.unipin.serving.history.UserRecord.Recording;
import java.util.Map;

/**
 * The numbers of events by the outcome of recording them.
 *
 * @param recorded number of new events
 * @param duplicates number of records without effect, because the event already has a record of the
 *     same or a higher revision
 * @param corrected number of events whose earlier record was replaced
 * @param retracted number of records that do not count, because the event was retracted at the same
 *     or a higher revision
 * @param unlinked number of corrections without effect, because it is unknown which stored action
 *     belongs to the event
 */
public record AppendResult(
    int recorded, int duplicates, int corrected, int retracted, int unlinked) {
  /** Creates a result without corrections. */
  public AppendResult(int recorded, int duplicates) {
    this(recorded, duplicates, 0, 0, 0);
  }

  static AppendResult of(Map<Recording, Integer> counts) {
    return new AppendResult(
        counts.getOrDefault(Recording.RECORDED, 0),
        counts.getOrDefault(Recording.DUPLICATE, 0),
        counts.getOrDefault(Recording.CORRECTED, 0),
        counts.getOrDefault(Recording.RETRACTED, 0),
        counts.getOrDefault(Recording.UNLINKED, 0));
  }
}
