package io.unipin.serving.history;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Creates keys for users and events. A key may appear in places where an id must not, such as the
 * database's own logs.
 */
public final class HistoryKeys {
  /** First byte of the key of a user's record. */
  public static final byte USER = 'u';

  private HistoryKeys() {}

  /**
   * Returns the key of a user's record. The key holds a hash of the user's id instead of the id.
   * The database repeats keys in its own logs, and an id in these logs would remain after the
   * user's erasure.
   */
  public static byte[] user(String id) {
    byte[] hash = sha256(id);
    return ByteBuffer.allocate(1 + hash.length).put(USER).put(hash).array();
  }

  /** Returns the hash that identifies an event among the events of its user. */
  public static long event(String id) {
    return ByteBuffer.wrap(sha256(id)).getLong();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
