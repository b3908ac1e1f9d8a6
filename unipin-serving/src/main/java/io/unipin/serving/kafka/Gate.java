package io.unipin.serving.kafka;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Lets all writes to a topic pass while Kafka confirms them. After a failure it lets one write per
 * second pass as a trial, until a write succeeds. So callers fail at once and do not all wait for
 * Kafka. Thread-safe.
 */
final class Gate {
  private static final Duration BETWEEN_TRIALS = Duration.ofSeconds(1);

  private final LongSupplier nanos;

  @GuardedBy("this")
  private boolean away;

  @GuardedBy("this")
  private long nextTrial;

  /**
   * @param nanos clock in nanoseconds, like {@link System#nanoTime}
   */
  Gate(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Whether a write may pass now. */
  synchronized boolean passes() {
    if (!away) {
      return true;
    }
    long now = nanos.getAsLong();
    if (now - nextTrial < 0) {
      return false;
    }
    nextTrial = now + BETWEEN_TRIALS.toNanos();
    return true;
  }

  /** Notes a confirmed write. Returns whether Kafka was unavailable before. */
  synchronized boolean confirmed() {
    boolean was = away;
    away = false;
    return was;
  }

  /**
   * Notes a write that was not confirmed. Returns whether it is the first such write since Kafka
   * last confirmed a write.
   */
  synchronized boolean failed() {
    boolean first = !away;
    away = true;
    nextTrial = nanos.getAsLong() + BETWEEN_TRIALS.toNanos();
    return first;
  }
}
