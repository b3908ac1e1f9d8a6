package io.unipin.serving.pipeline;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.kvcache.KvType;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.settings.ByteSize;
import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of the users' KV cache: the section {@code cache} of a server's settings. The budgets
 * and the time to live become {@link io.unipin.kvcache.KvCacheLimits}.
 *
 * @param budget bytes that cached users may take
 * @param transientBudget bytes that requests may take for state that is not cached
 * @param type number type of the cached keys and values
 * @param timeToLive time for which an entry stays in the cache after its last use
 * @param maxWait longest time that a request waits for another request that encodes the same user
 * @param appendOnRecord whether recorded actions of cached users are encoded before the next
 *     request, when there is spare capacity
 * @param file settings of the files below the cache
 * @param remote kind of the tier that servers share
 * @param redis settings of this tier, if it is in Redis
 */
public record CacheConfig(
    ByteSize budget,
    ByteSize transientBudget,
    KvType type,
    Duration timeToLive,
    Duration maxWait,
    boolean appendOnRecord,
    CacheFileConfig file,
    Remote remote,
    RedisTierConfig redis) {
  /** The store in which servers share the cached keys and values of users. */
  public enum Remote {
    /** Servers share no keys and values. */
    NONE,
    /** In the Redis that {@code redis} names. */
    REDIS
  }

  public CacheConfig {
    checkRange("budget", budget.bytes(), 0, 1L << 50);
    checkRange("transientBudget", transientBudget.bytes(), 1 << 16, 1L << 50);
    checkPositive("timeToLive", timeToLive);
    checkPositive("maxWait", maxWait);
    if (remote == Remote.REDIS && !redis.place().isUsed()) {
      throw new SettingException("redis.uri", "an address expected beside remote: REDIS, got none");
    }
  }

  /** Whether servers share cached keys and values in Redis. */
  public boolean isShared() {
    return remote == Remote.REDIS;
  }
}
