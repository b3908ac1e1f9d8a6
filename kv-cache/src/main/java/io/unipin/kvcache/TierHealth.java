package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a tier can be written. After a failed write, the tier is off and refuses writes for some
 * time. The first write after this pause tries again. Thread-safe.
 */
final class TierHealth {
  private static final Logger logger = LoggerFactory.getLogger(TierHealth.class);

  @GuardedBy("this")
  private final AttemptPause backoff;

  @GuardedBy("this")
  private boolean on = true;

  private final String name;

  /**
   * @param name name of the tier in messages
   * @param longestPause longest pause between two attempts
   */
  TierHealth(String name, Ticker ticker, Duration longestPause) {
    this.name = name;
    backoff = new AttemptPause(ticker, longestPause);
  }

  /** Whether the last write succeeded. */
  synchronized boolean isOn() {
    return on;
  }

  synchronized boolean refuses() {
    return backoff.holds();
  }

  synchronized void succeeded() {
    on = true;
    if (backoff.succeeded()) {
      logger.info("The KV tier {} is written to again", name);
    }
  }

  synchronized void failed(Throwable cause) {
    on = false;
    if (backoff.failed()) {
      logger.warn(
          "The KV tier {} is off, because it could not be written;"
              + " requests encode what it lacks, and it is tried again",
          name,
          cause);
    }
  }
}
