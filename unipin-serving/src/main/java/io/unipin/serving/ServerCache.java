package io.unipin.serving;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.KvTierSetup;
import io.unipin.kvcache.UserKvCache;
import io.unipin.kvcache.tier.FileTier;
import io.unipin.serving.history.HistoryConfig.Store;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.pipeline.CacheConfig;
import io.unipin.serving.pipeline.CacheFileConfig;
import io.unipin.serving.redis.RedisPlace;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.serving.redis.tier.RedisTier;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the cache of encoded users, with the tiers below it that the settings name. */
final class ServerCache {
  private static final Logger logger = LoggerFactory.getLogger(ServerCache.class);

  /**
   * Users who came once are not written to the shared tier: many of them never come again. After a
   * failure, the shared tier is tried again soon, because it usually recovers by itself.
   */
  private static final KvTierSetup.Writing SHARED =
      new KvTierSetup.Writing(2, true, Duration.ofSeconds(2));

  private static final Duration MODELS_INTERVAL = Duration.ofSeconds(30);

  private ServerCache() {}

  static UserKvCache open(
      ServerConfig config, HistoryStore histories, Secrets secrets, CacheMemory memory) {
    CacheConfig cache = config.cache();
    KvCacheLimits limits =
        new KvCacheLimits(
            cache.budget().bytes(), cache.timeToLive(), cache.transientBudget().bytes());
    List<KvTierSetup> tiers = new ArrayList<>();
    boolean opened = false;
    try {
      if (cache.file().isEnabled()) {
        tiers.add(file(cache.file(), histories));
      }
      if (cache.isShared()) {
        tiers.add(shared(config, histories, secrets));
      }
      UserKvCache made = new UserKvCache(limits, tiers, memory.of(limits));
      opened = true;
      return made;
    } finally {
      if (!opened) {
        tiers.forEach(tier -> tier.tier().close());
      }
    }
  }

  private static KvTierSetup file(CacheFileConfig file, HistoryStore histories) {
    try {
      KvTier tier = FileTier.open(file.path(), file.bytes().bytes(), histories.secret());
      return new KvTierSetup("file", tier, file.queue().bytes());
    } catch (IOException e) {
      throw new ConfigException(
          "cache.file.path: a folder for the cache's files expected, got %s: %s"
              .formatted(file.path(), e.getMessage()),
          e);
    }
  }

  private static KvTierSetup shared(ServerConfig config, HistoryStore histories, Secrets secrets) {
    boolean onDisk = config.history().store() == Store.DISK;
    if (onDisk && config.security().secretFile().isEmpty()) {
      logger.warn(
          "cache.remote: security.secretFile expected, got none:"
              + " other servers can't read the users' state that this one writes");
    }
    RedisTierConfig redis = config.cache().redis();
    Duration held = config.cache().timeToLive();
    KvTier tier =
        RedisTier.open(
            redis,
            new RedisTier.Parts(
                () -> secrets.keys(Secrets.Purpose.KV_TIER),
                Optional.of(config.redis().place()).filter(RedisPlace::isUsed),
                erasedWithin(histories, RedisTier.markLasts(redis, held)),
                held,
                MODELS_INTERVAL,
                System::currentTimeMillis));
    return new KvTierSetup("redis", tier, redis.queue().bytes(), SHARED);
  }

  /**
   * Redis may evict the mark of an erasure from the shared tier, but the mark in the history store
   * stays.
   */
  private static Predicate<String> erasedWithin(HistoryStore histories, Duration time) {
    return user -> {
      OptionalLong erased = histories.erasedMs(user);
      return erased.isPresent()
          && System.currentTimeMillis() - erased.getAsLong() < time.toMillis();
    };
  }
}
