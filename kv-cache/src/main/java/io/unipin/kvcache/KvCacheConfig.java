package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * Settings of a {@link UserKvCache}.
 *
 * <p>Both byte limits are off-heap and add up: {@code -XX:MaxDirectMemorySize} must leave room for
 * their sum. Memory is taken slab by slab when it is needed, and is never returned.
 *
 * <p>Immutable.
 *
 * @param budgetBytes limit of the blocks of entries
 * @param timeToLive the time without use after which an entry is dropped
 * @param transientBytes limit of the blocks outside the budget: requests that go uncached, branches
 *     and leases aside
 * @param ticker the clock of {@code timeToLive}, and of the pauses before a failed allocation of
 *     memory is tried again
 */
public record KvCacheConfig(
    long budgetBytes, Duration timeToLive, long transientBytes, Ticker ticker) {
  public KvCacheConfig {
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

  public KvCacheConfig(long budgetBytes, Duration timeToLive, long transientBytes) {
    this(budgetBytes, timeToLive, transientBytes, Ticker.systemTicker());
  }
}
