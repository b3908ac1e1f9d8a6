package io.unipin.serving.erasure;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.security.Secrets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes and reads records of erasures, which must not show ids of users.
 *
 * <p>The record's key is an HMAC of the user's id. The record's value holds the time and the id.
 * The id is encrypted with AES-GCM, because a replica needs it to find the user's data. The secrets
 * of the fleet give the keys of the HMAC and of the encryption. Thread-safe.
 */
public final class ErasureSeal {
  /*
   * byte    version: 1
   * int64   time of the erasure in milliseconds since 1970
   * int64   number of the server that wrote it
   * bytes   12 of the nonce
   * varint  bytes, then the encrypted id in UTF-8 with its tag
   */
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int NAMED_BYTES = 16;
  private static final byte[] ID_KEY = "id".getBytes(StandardCharsets.UTF_8);
  private static final byte[] MAC_KEY = "key".getBytes(StandardCharsets.UTF_8);

  private final Secrets secrets;
  private final SecureRandom random = new SecureRandom();

  /** Creates a seal that uses the current secrets, and later secrets after a change. */
  public ErasureSeal(Secrets secrets) {
    this.secrets = secrets;
  }

  /**
   * An erasure that was read.
   *
   * @param timeMs time of the erasure in milliseconds since 1970
   * @param writer number of the server that wrote it
   * @param user the user's id; empty if none of the current secrets has encrypted it
   */
  public record Erased(long timeMs, long writer, Optional<String> user) {}

  /** Returns the key of a user's records: 32 bytes. */
  public byte[] key(String user) {
    return secrets
        .keys(Secrets.Purpose.ERASURE)
        .sign(MAC_KEY, user.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the keys that a user's records may have, one for each current secret. */
  public List<byte[]> keys(String user) {
    return secrets
        .keys(Secrets.Purpose.ERASURE)
        .signatures(MAC_KEY, user.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the name under which replicas confirm an erasure. The name reveals no user id. */
  public static String name(byte[] key, long timeMs) {
    return HexFormat.of().formatHex(key, 0, NAMED_BYTES) + "-" + timeMs;
  }

  /**
   * Returns the value of an erasure.
   *
   * @param writer number of the server that writes it
   */
  public byte[] value(String user, long timeMs, long writer) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] key = secrets.keys(Secrets.Purpose.ERASURE).sign(ID_KEY);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, key, nonce).doFinal(user.getBytes(StandardCharsets.UTF_8));
      return new ByteWriter(64 + sealed.length)
          .int8(VERSION)
          .int64(timeMs)
          .int64(writer)
          .bytes(nonce)
          .varint(sealed.length)
          .bytes(sealed)
          .toByteArray();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads the value of an erasure.
   *
   * @throws MalformedBytesException when the bytes are damaged or of a later version
   */
  public Erased read(byte[] value) {
    ByteReader in = ByteReader.of(value);
    byte version = in.int8();
    if (version != VERSION) {
      throw new MalformedBytesException(
          "an erasure of version %s expected, got %s".formatted(VERSION, version));
    }
    long timeMs = in.int64();
    long writer = in.int64();
    byte[] nonce = in.bytes(NONCE_BYTES);
    byte[] sealed = in.bytes(in.count(1));
    in.end();
    return new Erased(timeMs, writer, open(nonce, sealed));
  }

  /** Whether a value has a version that only a later release of the server can read. */
  static boolean isLater(byte[] value) {
    return value.length > 0 && value[0] > VERSION;
  }

  /**
   * Returns an object that stands for the current secrets. After a change of the secrets, the
   * result is another object.
   */
  Object present() {
    return secrets.keys(Secrets.Purpose.ERASURE);
  }

  private Optional<String> open(byte[] nonce, byte[] sealed) {
    for (byte[] key : secrets.keys(Secrets.Purpose.ERASURE).signatures(ID_KEY)) {
      try {
        byte[] id = cipher(Cipher.DECRYPT_MODE, key, nonce).doFinal(sealed);
        return Optional.of(new String(id, StandardCharsets.UTF_8));
      } catch (AEADBadTagException e) {
        // another secret may have encrypted it
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    return Optional.empty();
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }
}
