package io.unipin.serving.items;

import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Bounds the number of items that calls put per second. If calls do not use all of the allowance,
 * the rest can be used within the next {@value #BURST_SECONDS} seconds. Not thread-safe.
 */
final class PutRate {
  private static final int BURST_SECONDS = 10;
  private static final double NANOS = 1e9;

  private final double perSecond;
  private final double most;
  private final LongSupplier nanos;
  private double left;
  private long last;

  /** Creates a bound. {@code nanos} is its clock, in nanoseconds. */
  PutRate(double perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.most = Math.max(1, BURST_SECONDS * perSecond);
    this.nanos = nanos;
    this.left = most;
    this.last = nanos.getAsLong();
  }

  /** Uses the allowance for this number of items, or throws if too little is left. */
  void take(int items) {
    long now = nanos.getAsLong();
    left = Math.min(most, left + perSecond * (now - last) / NANOS);
    last = now;
    if (items > most) {
      throw ServingException.invalid(
          "items",
          String.format(
              Locale.ROOT,
              "at most %.0f items in a call expected with items.maxPutsPerSecond %s, got %s",
              Math.floor(most),
              perSecond,
              items));
    }
    if (items > left) {
      throw ServingException.overloaded(
          String.format(
              Locale.ROOT,
              "at most %s items a second expected (items.maxPutsPerSecond), got %s at once with"
                  + " room for %.0f",
              perSecond,
              items,
              Math.floor(left)),
          Duration.ofMillis((long) Math.ceil((items - left) / perSecond * 1000)));
    }
    left -= items;
  }
}
