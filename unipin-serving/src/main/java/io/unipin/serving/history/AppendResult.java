package io.unipin.serving.history;

import io.unipin.serving.history.UserRecord.Recording;
import java.util.Map;

/**
 * What became of events, by their number.
 *
 * @param recorded new ones
 * @param duplicates ones that changed nothing: recorded before, at the same revision or a higher one
 * @param corrected ones whose earlier record gave way
 * @param retracted ones that are taken back at their revision or a higher one
 * @param unlinked corrections of events whose action can't be told from others
 */
public record AppendResult(
    int recorded, int duplicates, int corrected, int retracted, int unlinked) {
  /** Nothing was corrected. */
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
