package io.unipin.model.features;

/**
 * Logarithmic buckets of the time between two events. A gap falls into bucket {@code 2 +
 * floor(log2(1 + seconds))}. The last bucket holds all gaps of more than about four years.
 */
public final class GapBuckets {
  /** Stands for the time of an event whose time is unknown. */
  public static final long NO_TIME = Long.MIN_VALUE;

  /**
   * Bucket of a window's first action. The gap before this action begins at an action outside the
   * window, on which the model must not depend.
   */
  public static final int FIRST = 0;

  /** Bucket of a gap between two times if at least one of them is unknown. */
  public static final int UNKNOWN = 1;

  private static final int LARGEST_LOG = 27;

  /** Number of buckets. */
  public static final int COUNT = 2 + LARGEST_LOG + 1;

  private GapBuckets() {}

  /**
   * Returns the bucket of the gap from one time to a later time, both in milliseconds since 1970. A
   * negative gap counts as 0.
   */
  public static int of(long previousMs, long nowMs) {
    if (previousMs == NO_TIME || nowMs == NO_TIME) {
      return UNKNOWN;
    }
    long seconds = Math.max(0, nowMs - previousMs) / 1000;
    int log = 63 - Long.numberOfLeadingZeros(seconds + 1);
    return 2 + Math.min(log, LARGEST_LOG);
  }
}
