package io.unipin.feedlog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Assigns item ids to keys. A key is the name of an item in its catalogue, such as a UUID or an
 * SKU.
 *
 * <p>The id is the first 63 bits of the SHA-256 of the key's UTF-8 bytes. Every import and every
 * server therefore assigns the same id to a key. The probability that any two of n keys have the
 * same id is about n² / 2^64.
 */
public final class ItemKeys {
  private ItemKeys() {}

  /**
   * Returns the id of a key, from 0 to 2^63 - 1. The key must be valid
   * ({@link FeedRules#keyFault}).
   */
  public static long id(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong() >>> 1;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
