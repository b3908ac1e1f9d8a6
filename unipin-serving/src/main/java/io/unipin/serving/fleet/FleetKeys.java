package io.unipin.serving.fleet;

import io.unipin.serving.redis.RedisValues;

/** The keys of a fleet in Redis. All of them lie in one slot of a Redis cluster. */
final class FleetKeys {
  private static final String PREFIX = "unipin:{fleet}:";

  private FleetKeys() {}

  static byte[] of(String name) {
    return RedisValues.bytes(PREFIX + name);
  }
}
