package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * Decides when a failed attempt may be repeated: after one second, then after a pause that doubles
 * each time, up to a longest pause.
 *
 * <p>The pauses grow because an attempt to get direct memory costs a garbage collection. Used by
 * one thread at a time.
 */
final class AttemptPause {
  private static final long FIRST_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Ticker ticker;
  private final long longestNanos;
  private long failedAt;

  /** The length of the current pause in nanoseconds; 0 if the last attempt did not fail. */
  private long pauseNanos;

  /** Creates pauses of at most five minutes. */
  AttemptPause(Ticker ticker) {
    this(ticker, LONGEST);
  }

  AttemptPause(Ticker ticker, Duration longest) {
    this.ticker = ticker;
    longestNanos = longest.toNanos();
  }

  /** Returns whether the pause still lasts, so that another attempt would be too early. */
  boolean holds() {
    return pauseNanos > 0 && ticker.read() - failedAt < pauseNanos;
  }

  /** Notes a failure. Returns whether this is the first failure after a success. */
  boolean failed() {
    boolean first = pauseNanos == 0;
    failedAt = ticker.read();
    pauseNanos = first ? FIRST_NANOS : Math.min(2 * pauseNanos, longestNanos);
    return first;
  }

  /** Notes a success. Returns whether the attempt before this success failed. */
  boolean succeeded() {
    boolean again = pauseNanos > 0;
    pauseNanos = 0;
    return again;
  }
}
