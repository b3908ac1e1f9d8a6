package io.unipin.serving.redis;

import io.unipin.settings.ConfigException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks that a Redis is set up so that it does not lose data that no other store holds. */
public final class RedisSafety {
  private static final Logger logger = LoggerFactory.getLogger(RedisSafety.class);
  private static final String KEEPS_ALL = "noeviction";

  private RedisSafety() {}

  /**
   * Names for the data in a Redis, for messages.
   *
   * @param evicted name of the data that an eviction loses, such as {@code histories}
   * @param unsaved name of the data that a restart loses without an append-only file; empty if the
   *     data is also stored elsewhere
   */
  public record Content(String evicted, String unsaved) {}

  /**
   * Refuses a Redis that evicts keys when it is full. Warns if a Redis keeps nothing on its disk.
   *
   * @throws ConfigException when the Redis could evict something
   * @throws io.unipin.serving.failure.ServingException when the settings of the Redis can't be read
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
