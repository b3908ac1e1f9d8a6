package io.unipin.model.features;

/** Logarithmic buckets of the time between two events: class {@code 2 + floor(log2(1 + seconds))}, at most about two years. */
public final class GapBuckets {
  /** The time of an event whose time is not known. */
  public static final long NO_TIME = Long.MIN_VALUE;

  /** The first action of a window: its gap reaches out of the window and must not depend on what lies there. */
  public static final int FIRST = 0;

  /** One of the two times is not known. */
  public static final int UNKNOWN = 1;

  private static final int LARGEST_LOG = 27;

  /** Number of buckets. */
  public static final int COUNT = 2 + LARGEST_LOG + 1;

  private GapBuckets() {}

  /** The bucket of the gap from one time to a later one, both in milliseconds; a negative gap counts as none. */
  public static int of(long previousMs, long nowMs) {
    if (previousMs == NO_TIME || nowMs == NO_TIME) {
      return UNKNOWN;
    }
    long seconds = Math.max(0, nowMs - previousMs) / 1000;
    int log = 63 - Long.numberOfLeadingZeros(seconds + 1);
    return 2 + Math.min(log, LARGEST_LOG);
  }
}
