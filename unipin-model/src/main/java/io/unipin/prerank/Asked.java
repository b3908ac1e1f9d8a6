package io.unipin.prerank;

/**
 * The parts of a request that features of candidates read.
 *
 * @param surface index of the surface
 * @param positives catalogue rows of the user's positive items, oldest first; {@link #UNKNOWN} for
 *     an item that the catalogue lacks. Owned by this record.
 * @param timeMs time at which the ages of items are taken, in milliseconds since 1970, or {@link
 *     io.unipin.feedlog.FeedLog#NO_TIME}
 */
public record Asked(int surface, int[] positives, long timeMs) {
  /** Stands for an item that the catalogue lacks. */
  public static final int UNKNOWN = -1;

  /** Number of positive items that any feature reads. Callers need not give more. */
  public static final int MOST_POSITIVES = 50;
}
