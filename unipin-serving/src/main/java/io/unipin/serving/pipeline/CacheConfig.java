package io.unipin.serving.pipeline;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.kvcache.KvType;
import io.unipin.settings.ByteSize;
import java.time.Duration;

/**
 * Settings of the users' KV cache.
 *
 * @param budget bytes that cached users may take
 * @param transientBudget bytes that requests may take for state that is not kept
 * @param type of the cached numbers
 * @param timeToLive since the last use
 * @param maxWait how long a request waits for another that encodes the same user
 * @param appendOnRecord encode the actions of cached users as soon as they are recorded, with capacity to spare
 */
public record CacheConfig(
    ByteSize budget,
    ByteSize transientBudget,
    KvType type,
    Duration timeToLive,
    Duration maxWait,
    boolean appendOnRecord) {
  public CacheConfig {
    checkRange("budget", budget.bytes(), 0, 1L << 50);
    checkRange("transientBudget", transientBudget.bytes(), 1 << 16, 1L << 50);
    checkPositive("timeToLive", timeToLive);
    checkPositive("maxWait", maxWait);
  }
}
