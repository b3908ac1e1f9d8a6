package io.unipin.ann;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When to try again what failed: after ten seconds, then after twice as long each time, up to ten minutes.
 *
 * <p>One thread at a time.
 */
final class Backoff {
  private static final long FIRST_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LONGEST_NANOS = Duration.ofMinutes(10).toNanos();

  private final LongSupplier clock;
  private long failedAt;

  /** 0 when the last try did not fail. */
  private long pauseNanos;

  /** The clock tells nanoseconds, from any origin. */
  Backoff(LongSupplier clock) {
    this.clock = clock;
  }

  /** Whether it is too early to try again. */
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
