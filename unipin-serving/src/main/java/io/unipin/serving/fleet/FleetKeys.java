package io.unipin.serving.fleet;

import java.nio.charset.StandardCharsets;

/** The keys of a fleet in Redis, which all lie in one slot, and the texts of their values. */
final class FleetKeys {
  private static final String PREFIX = "unipin:{fleet}:";

  private FleetKeys() {}

  static byte[] of(String name) {
    return bytes(PREFIX + name);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(long number) {
    return bytes(Long.toString(number));
  }

  static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }

  static long number(Object answer) {
    return answer instanceof Long number ? number : Long.parseLong(text(answer));
  }
}
