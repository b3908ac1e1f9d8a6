package io.unipin.feedlog.simulator;

import java.util.SplittableRandom;

/**
 * Draws the times of a user's views. The views of a session are minutes apart, and sessions are
 * days apart.
 */
final class SessionClock {
  /** The beginning of 2026 in milliseconds since 1970. */
  static final long START_MS = 1_767_225_600_000L;

  /** Duration of the feed, in milliseconds, for a user of average activity. */
  static final long SPAN_MS = 30L * 24 * 3600 * 1000;

  private static final double VIEWS_PER_SESSION = 4;
  private static final long SESSION_PAUSE_MS = 2L * 3600 * 1000;

  private final SplittableRandom random;
  private final SplittableRandom dwells;
  private final double sessionGapMs;
  private int viewsLeft;
  private boolean begun;
  private boolean startsSession = true;
  private long timeMs;

  /**
   * Creates a clock.
   *
   * @param random draws the times of views
   * @param dwells draws the seconds that the user spends on items
   */
  SessionClock(double meanViews, SplittableRandom random, SplittableRandom dwells) {
    this.random = random;
    this.dwells = dwells;
    double activity = StrictMath.exp(0.5 * random.nextGaussian() - 0.125);
    this.viewsLeft = Math.max(2, (int) Math.round(meanViews * activity));
    double sessions = Math.max(1, viewsLeft / VIEWS_PER_SESSION);
    this.sessionGapMs = SPAN_MS / (sessions + 1);
    this.timeMs = START_MS + (long) (random.nextDouble() * sessionGapMs);
  }

  /** Moves to the next view. Returns false when no view is left. */
  boolean next() {
    if (viewsLeft-- == 0) {
      return false;
    }
    if (!begun) {
      begun = true;
      return true;
    }
    startsSession = random.nextDouble() < 1 / VIEWS_PER_SESSION;
    timeMs +=
        startsSession
            ? SESSION_PAUSE_MS
                + (long) exponential(Math.max(0, sessionGapMs - SESSION_PAUSE_MS), random)
            : 20_000 + (long) exponential(60_000, random);
    return true;
  }

  boolean startsSession() {
    return startsSession;
  }

  long timeMs() {
    return timeMs;
  }

  /**
   * Adds the seconds that the user spends on an item. Returns the time at which the user acts on
   * it.
   */
  long dwell() {
    timeMs += 1_000 + (long) exponential(6_000, dwells);
    return timeMs;
  }

  private static double exponential(double mean, SplittableRandom random) {
    return -Math.max(mean, 1) * StrictMath.log(1 - random.nextDouble());
  }
}
