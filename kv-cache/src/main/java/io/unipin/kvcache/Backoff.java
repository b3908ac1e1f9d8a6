package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * When to try again what failed: after a second, then after twice as long each time, up to five minutes. A try for direct memory
 * costs a garbage collection, so it must be rare.
 *
 * <p>One thread at a time.
 */
final class Backoff {
  private static final long FIRST_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LONGEST_NANOS = Duration.ofMinutes(5).toNanos();

  private final Ticker ticker;
  private long failedAt;

  /** 0 when the last try did not fail. */
  private long pauseNanos;

  Backoff(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Says whether it is too early to try again. */
  boolean holds() {
    return pauseNanos > 0 && ticker.read() - failedAt < pauseNanos;
  }

  /** Notes a failure; returns whether it is the first in a row. */
  boolean failed() {
    boolean first = pauseNanos == 0;
    failedAt = ticker.read();
    pauseNanos = first ? FIRST_NANOS : Math.min(2 * pauseNanos, LONGEST_NANOS);
    return first;
  }

  /** Notes a success; returns whether there were failures before it. */
  boolean succeeded() {
    boolean again = pauseNanos > 0;
    pauseNanos = 0;
    return again;
  }
}
