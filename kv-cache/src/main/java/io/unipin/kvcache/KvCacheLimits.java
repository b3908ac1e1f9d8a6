package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * Limits of a {@link UserKvCache}, in bytes and time. A server takes them from the section
 * {@code cache} of its settings.
 *
 * <p>Both byte limits are for memory from a {@link SlabSource}. For host memory, {@code
 * -XX:MaxDirectMemorySize} must leave room for their sum. The cache takes memory slab by slab when
 * it needs more, and never returns memory to the source.
 *
 * <p>Immutable.
 *
 * @param budgetBytes limit of the bytes of the entries' blocks
 * @param timeToLive the time without use after which an entry is dropped
 * @param transientBytes limit of the bytes of the transient blocks, which are outside the budget.
 *     Uncached requests use these blocks, and so do {@link UserKvCache#branch} and {@link
 *     UserKvCache#aside}.
 * @param ticker the clock of {@code timeToLive} and of the pauses after a failed allocation of
 *     memory
 */
public record KvCacheLimits(
    long budgetBytes, Duration timeToLive, long transientBytes, Ticker ticker) {
  public KvCacheLimits {
    if (budgetBytes < 0) {
      throw new IllegalArgumentException("budgetBytes of at least 0 expected, got " + budgetBytes);
    }
    if (transientBytes < 0) {
      throw new IllegalArgumentException(
          "transientBytes of at least 0 expected, got " + transientBytes);
    }
    if (timeToLive.isZero() || timeToLive.isNegative()) {
      throw new IllegalArgumentException("a timeToLive above 0 expected, got " + timeToLive);
    }
  }

  public KvCacheLimits(long budgetBytes, Duration timeToLive, long transientBytes) {
    this(budgetBytes, timeToLive, transientBytes, Ticker.systemTicker());
  }
}
