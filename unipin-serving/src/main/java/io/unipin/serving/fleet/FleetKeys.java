package io.unipin.serving.fleet;

import io.unipin.serving.redis.RedisValues;

/** The keys of a fleet in Redis, which all lie in one slot. */
final class FleetKeys {
  private static final String PREFIX = "unipin:{fleet}:";

  private FleetKeys() {}

  static byte[] of(String name) {
    return RedisValues.bytes(PREFIX + name);
  }
}
