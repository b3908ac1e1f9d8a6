package io.unipin.serving.history;

import io.unipin.serving.history.UserRecord.Retraction;
import java.util.Map;

/**
 * What became of retractions, by their number.
 *
 * @param retracted actions that counted until then
 * @param waiting ones of events that were not recorded yet
 * @param duplicates ones of events that had been taken back before
 * @param superseded ones of events recorded with a higher revision
 * @param unlinked ones of events whose action can't be told from others
 * @param forgotten earlier retractions that were let go to make room
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
