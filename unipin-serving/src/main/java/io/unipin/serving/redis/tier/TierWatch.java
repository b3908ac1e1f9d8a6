package io.unipin.serving.redis.tier;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.unipin.kvcache.KvTier;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the tier's Redis at intervals. It connects if Redis could not be reached before, and
 * reads how full Redis is. After erasures, it makes Redis rewrite its append-only file.
 * Thread-safe.
 */
final class TierWatch {
  private static final Logger logger = LoggerFactory.getLogger(TierWatch.class);

  private final TierLink link;
  private final AtomicBoolean rewrites = new AtomicBoolean();
  private volatile boolean refused;
  private volatile KvTier.Space space = new KvTier.Space(0, 0, 0, 0);

  TierWatch(TierLink link) {
    this.link = link;
  }

  void look() {
    if (refused) {
      return;
    }
    try {
      if (link.connect()) {
        space = link.use(TierWatch::measure);
        rewrite();
      }
    } catch (ConfigException e) {
      refused = true;
      logger.error("the KV tier in Redis stays off: {}", e.getMessage());
    } catch (IOException e) {
      logger.debug("the KV tier's Redis is away", e);
    }
  }

  private static KvTier.Space measure(RedisConnections redis) {
    long limit = 0;
    long used = 0;
    for (Map<String, String> memory : redis.info("memory")) {
      limit += Long.parseLong(memory.getOrDefault("maxmemory", "0"));
      used += Long.parseLong(memory.getOrDefault("used_memory", "0"));
    }
    long keys =
        redis.onPrimaries(RedisClusterAsyncCommands::dbsize).stream()
            .mapToLong(Long::longValue)
            .sum();
    return new KvTier.Space(limit, used, keys, 0);
  }

  private void rewrite() throws IOException {
    if (rewrites.getAndSet(false)) {
      boolean begun = false;
      try {
        link.use(RedisConnections::rewriteLogs);
        begun = true;
      } finally {
        if (!begun) {
          rewrites.set(true);
        }
      }
    }
  }

  /** Notes that bytes were erased, which an append-only file may still hold. */
  void rewriteLogs() {
    rewrites.set(true);
  }

  KvTier.Space space(long failures) {
    KvTier.Space last = space;
    return new KvTier.Space(last.limitBytes(), last.usedBytes(), last.entries(), failures);
  }
}
