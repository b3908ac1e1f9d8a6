package io.unipin.serving.log.segment;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Decides when a failed operation is tried again, with growing delays. Not thread-safe. */
public final class RetryTimer {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final LongSupplier nanos;
  private Duration wait = Duration.ZERO;
  private long since;

  /**
   * @param nanos clock in nanoseconds, like {@link System#nanoTime}
   */
  public RetryTimer(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Whether the operation may be tried now. */
  public boolean isDue() {
    return nanos.getAsLong() - since >= wait.toNanos();
  }

  /** Whether the last try failed. */
  public boolean isFailing() {
    return !wait.isZero();
  }

  public void failed() {
    Duration longer = wait.isZero() ? FIRST : wait.multipliedBy(2);
    wait = longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
    since = nanos.getAsLong();
  }

  public void succeeded() {
    wait = Duration.ZERO;
  }
}
