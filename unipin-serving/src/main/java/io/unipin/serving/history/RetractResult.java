package io.unipin.serving.history;

import io.unipin.serving.history.UserRecord.Retraction;
import java.util.Map;

/**
 * The numbers of retractions by outcome.
 *
 * @param retracted retractions of actions that counted before
 * @param waiting retractions of events that are not recorded yet
 * @param duplicates retractions of events that were already retracted
 * @param superseded retractions without effect, because the event is recorded with a higher
 *     revision
 * @param unlinked retractions without effect, because it is unknown which stored action belongs to
 *     the event
 * @param forgotten earlier retractions that were deleted to make room
 */
public record RetractResult(
    int retracted, int waiting, int duplicates, int superseded, int unlinked, int forgotten) {
  static RetractResult of(Map<Retraction, Integer> counts, int forgotten) {
    return new RetractResult(
        counts.getOrDefault(Retraction.RETRACTED, 0),
        counts.getOrDefault(Retraction.WAITING, 0),
        counts.getOrDefault(Retraction.DUPLICATE, 0),
        counts.getOrDefault(Retraction.SUPERSEDED, 0),
        counts.getOrDefault(Retraction.UNLINKED, 0),
        forgotten);
  }
}
