package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * Settings of a {@link UserKvCache}.
 *
 * <p>Both byte figures are off-heap and add up: {@code -XX:MaxDirectMemorySize} must leave room for their sum. Memory
 * is taken slab by slab as it is needed and kept from then on.
 *
 * <p>Immutable.
 *
 * @param budgetBytes bound of the blocks of entries
 * @param timeToLive an entry not used for so long is dropped
 * @param transientBytes bound of the blocks outside the budget: requests that go uncached, and branches
 * @param ticker the clock of {@code timeToLive}
 */
public record KvCacheConfig(
    long budgetBytes, Duration timeToLive, long transientBytes, Ticker ticker) {
  public KvCacheConfig {
    if (budgetBytes < 0) {
      throw new IllegalArgumentException("expected budgetBytes of at least 0, got " + budgetBytes);
    }
    if (transientBytes < 0) {
      throw new IllegalArgumentException(
          "expected transientBytes of at least 0, got " + transientBytes);
    }
    if (timeToLive.isZero() || timeToLive.isNegative()) {
      throw new IllegalArgumentException("expected a timeToLive above 0, got " + timeToLive);
    }
  }

  public KvCacheConfig(long budgetBytes, Duration timeToLive, long transientBytes) {
    this(budgetBytes, timeToLive, transientBytes, Ticker.systemTicker());
  }
}
