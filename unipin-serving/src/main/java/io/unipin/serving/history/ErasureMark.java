package io.unipin.serving.history;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.security.MacKeys;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The data that the store keeps about an erased user: a keyed hash (HMAC-SHA-256) and the time of
 * the last erasure. With the hash, a restore or a replay of old actions finds that the user was
 * erased. Without the HMAC's key, nobody can tell who the user was.
 *
 * @param hash 32 bytes: keyed hash of the database key of the user's record
 * @param timeMs time of the erasure in milliseconds since 1970
 */
public record ErasureMark(byte[] hash, long timeMs) {
  private static final int HASH_BYTES = 32;
  private static final byte[] PURPOSE = {'e', 'r', 'a', 's', 'u', 'r', 'e'};

  /**
   * Creates a mark.
   *
   * @param secret secret of the store
   * @param key database key of the user's record, from {@link HistoryKeys#user}
   */
  public static ErasureMark of(byte[] secret, byte[] key, long timeMs) {
    return new ErasureMark(keys(secret).sign(key), timeMs);
  }

  /**
   * Returns the HMAC key of a store's marks. It is derived from the store's secret, because the
   * secret itself also signs page cursors.
   */
  static MacKeys keys(byte[] secret) {
    byte[] own = MacKeys.of(List.of(secret)).sign(PURPOSE);
    return MacKeys.of(List.of(own));
  }

  /** Returns the hash as text: 43 letters, digits, dashes and underscores. */
  public String text() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }

  /** Creates a mark from the text of its hash. */
  public static ErasureMark ofText(String text, long timeMs) {
    return new ErasureMark(Base64.getUrlDecoder().decode(text), timeMs);
  }

  /** Returns the key under which the database on the disk stores this mark. */
  byte[] key(byte prefix) {
    return ByteBuffer.allocate(1 + HASH_BYTES).put(prefix).put(hash).array();
  }

  byte[] value() {
    return ByteBuffer.allocate(Long.BYTES).putLong(timeMs).array();
  }

  static long time(byte[] value) {
    if (value.length != Long.BYTES) {
      throw new MalformedBytesException("8 bytes of a time expected, got " + value.length);
    }
    return ByteBuffer.wrap(value).getLong();
  }

  static ErasureMark read(byte[] key, byte[] value) {
    return new ErasureMark(Arrays.copyOfRange(key, 1, key.length), time(value));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ErasureMark mark
        && Arrays.equals(hash, mark.hash)
        && timeMs == mark.timeMs;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hash);
  }
}
