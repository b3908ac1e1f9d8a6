package io.unipin.serving.erasure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An erasure that is not applied yet. Not thread-safe. */
final class HeldErasure {
  /** Time after which a call that erases a user has certainly ended, with success or without. */
  private static final Duration CALL = Duration.ofMinutes(1);

  private static final long FIRST_PAUSE = Duration.ofMillis(100).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(30).toNanos();

  final LoggedErasure logged;

  /**
   * Time at which the record was read, if a call to this server applies the erasure; 0 if no call
   * applies it.
   */
  final long begunNanos;

  /** The secrets with which the erasure could not be read; null if it could be read. */
  @Nullable Object unread;

  /** Time from the last failure to the next try; 0 if the erasure has not failed. */
  private long pause;

  private long nextTry;

  HeldErasure(LoggedErasure logged, long begunNanos, @Nullable Object unread) {
    this.logged = logged;
    this.begunNanos = begunNanos;
    this.unread = unread;
  }

  /** Whether a call to this server may still apply the erasure. */
  boolean isCalled() {
    return begunNanos != 0 && System.nanoTime() - begunNanos < CALL.toNanos();
  }

  /** Notes that a store has failed. The next try is due later with each failure. */
  void failed() {
    pause = pause == 0 ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
    nextTry = System.nanoTime() + pause;
  }

  boolean hasFailed() {
    return pause != 0;
  }

  /** Whether the erasure may be tried now. */
  boolean isDue() {
    return pause == 0 || System.nanoTime() - nextTry >= 0;
  }
}
