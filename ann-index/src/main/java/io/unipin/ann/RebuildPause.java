package io.unipin.ann;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Decides when a failed attempt may be repeated: after ten seconds, then after a pause that doubles
 * each time, up to ten minutes.
 *
 * <p>Not thread-safe.
 */
final class RebuildPause {
  private static final long FIRST_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LONGEST_NANOS = Duration.ofMinutes(10).toNanos();

  private final LongSupplier clock;
  private long failedAt;

  /** The length of the pause in nanoseconds; 0 if the last attempt did not fail. */
  private long pauseNanos;

  /** @param clock returns nanoseconds since any fixed origin */
  RebuildPause(LongSupplier clock) {
    this.clock = clock;
  }

  /** Returns whether the pause still lasts, so that another attempt would be too early. */
  boolean holds() {
    return pauseNanos > 0 && clock.getAsLong() - failedAt < pauseNanos;
  }

  void failed() {
    failedAt = clock.getAsLong();
    pauseNanos = pauseNanos == 0 ? FIRST_NANOS : Math.min(2 * pauseNanos, LONGEST_NANOS);
  }

  void succeeded() {
    pauseNanos = 0;
  }
}
