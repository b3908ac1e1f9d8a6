package io.unipin.serving.redis;

import io.unipin.settings.ConfigException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks that the settings of a Redis do not let it lose what it alone holds. */
public final class RedisSafety {
  private static final Logger logger = LoggerFactory.getLogger(RedisSafety.class);
  private static final String KEEPS_ALL = "noeviction";

  private RedisSafety() {}

  /**
   * What a Redis holds, in words.
   *
   * @param evicted what an eviction loses, such as {@code histories}
   * @param unsaved what a restart loses without an append-only file; empty if it is also stored
   *     elsewhere
   */
  public record Content(String evicted, String unsaved) {}

  /**
   * Refuses a Redis that evicts keys when it is full. Warns of a Redis that keeps nothing on its
   * disk.
   *
   * @throws ConfigException when it could evict something
   * @throws io.unipin.serving.failure.ServingException when it can't be asked
   */
  public static void require(RedisConnections redis, Content content) {
    for (Map<String, String> memory : redis.info("memory")) {
      String policy = memory.getOrDefault("maxmemory_policy", KEEPS_ALL);
      if (!policy.equals(KEEPS_ALL)) {
        throw new ConfigException(
            ("redis: a server with maxmemory-policy noeviction expected, got %s:"
                    + " it would drop %s when it is full")
                .formatted(policy, content.evicted()));
      }
    }
    if (content.unsaved().isEmpty()) {
      return;
    }
    for (Map<String, String> persistence : redis.info("persistence")) {
      if ("0".equals(persistence.get("aof_enabled"))) {
        logger.warn(
            "redis: appendonly yes expected, got no: a restart of Redis loses {}",
            content.unsaved());
      }
    }
  }
}
