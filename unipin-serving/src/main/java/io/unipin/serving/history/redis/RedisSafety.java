package io.unipin.serving.history.redis;

import io.unipin.serving.redis.RedisConnections;
import io.unipin.settings.ConfigException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks that the settings of a Redis do not let it lose histories. */
final class RedisSafety {
  private static final Logger logger = LoggerFactory.getLogger(RedisSafety.class);
  private static final String KEEPS_ALL = "noeviction";

  private RedisSafety() {}

  /**
   * Refuses a Redis that evicts keys when it is full. Warns of a Redis that keeps nothing on its
   * disk.
   */
  static void require(RedisConnections redis) {
    for (Map<String, String> memory : redis.info("memory")) {
      String policy = memory.getOrDefault("maxmemory_policy", KEEPS_ALL);
      if (!policy.equals(KEEPS_ALL)) {
        throw new ConfigException(
            "redis: a server with maxmemory-policy noeviction expected, got "
                + policy
                + ": it would drop histories when it is full");
      }
    }
    for (Map<String, String> persistence : redis.info("persistence")) {
      if ("0".equals(persistence.get("aof_enabled"))) {
        logger.warn(
            "redis: appendonly yes expected, got no: a restart of Redis loses recorded actions");
      }
    }
  }
}
