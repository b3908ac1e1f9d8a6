package io.unipin.serving.history;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What stands for users and events where their ids must not. */
public final class HistoryKeys {
  /** Begins the key of a user's record. */
  static final byte USER = 'u';

  private HistoryKeys() {}

  /** A hash: the database repeats keys in its own logs, where an id would outlive the user's erasure. */
  static byte[] user(String id) {
    byte[] hash = sha256(id);
    return ByteBuffer.allocate(1 + hash.length).put(USER).put(hash).array();
  }

  /** Tells an event from others of its user. */
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
