package io.unipin.serving.redis;

import java.nio.charset.StandardCharsets;

/** Translates texts and numbers into values of Redis, and back. */
public final class RedisValues {
  private RedisValues() {}

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] bytes(long number) {
    return bytes(Long.toString(number));
  }

  /** Decodes a reply of Redis, a byte array, as UTF-8. */
  public static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }

  /** Returns an answer as a number. A script may give a number as a number or as a text. */
  public static long number(Object answer) {
    return answer instanceof Long number ? number : Long.parseLong(text(answer));
  }
}
