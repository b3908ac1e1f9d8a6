package io.unipin.serving.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys of HMAC-SHA-256 (RFC 2104) for one purpose. The first key signs, and all keys verify.
 * Thread-safe.
 */
public final class MacKeys {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int SHORTEST_MAC = 16;
  private static final int LONGEST_MAC = 32;

  private final List<Key> keys;

  /**
   * One key. Each thread keeps its own Mac object, because creating a Mac costs more than signing.
   */
  private static final class Key {
    private final ThreadLocal<Mac> macs;

    Key(byte[] bytes) {
      SecretKeySpec spec = new SecretKeySpec(bytes, ALGORITHM);
      macs = ThreadLocal.withInitial(() -> begun(spec));
    }

    /** Returns the current thread's Mac without any input. Only this thread may use the object. */
    Mac begin() {
      Mac mac = macs.get();
      mac.reset(); // drops the input of a computation that failed
      return mac;
    }
  }

  private MacKeys(List<Key> keys) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("at least one key expected, got none");
    }
    this.keys = List.copyOf(keys);
  }

  /** Creates keys from their bytes. */
  public static MacKeys of(List<byte[]> keys) {
    return new MacKeys(keys.stream().map(Key::new).toList());
  }

  /** Returns the keys of one purpose: the HMAC of the purpose's label with each secret. */
  static MacKeys derived(List<byte[]> secrets, String label) {
    byte[] text = ("unipin " + label).getBytes(StandardCharsets.UTF_8);
    return of(secrets.stream().map(secret -> mac(new Key(secret), text)).toList());
  }

  /** Returns the keys of each purpose. */
  static Map<Secrets.Purpose, MacKeys> byPurpose(List<byte[]> secrets) {
    Map<Secrets.Purpose, MacKeys> keys = new EnumMap<>(Secrets.Purpose.class);
    for (Secrets.Purpose purpose : Secrets.Purpose.values()) {
      keys.put(purpose, derived(secrets, purpose.label()));
    }
    return keys;
  }

  /** Returns the first key's HMAC of the parts, one after the other: 32 bytes. */
  public byte[] sign(byte[]... parts) {
    return mac(keys.get(0), parts);
  }

  /** Returns the HMAC of the parts by each key, in the order of the keys: 32 bytes each. */
  public List<byte[]> signatures(byte[]... parts) {
    return keys.stream().map(key -> mac(key, parts)).toList();
  }

  /**
   * Returns the first key's HMAC of the buffer's remaining bytes. The buffer's position does not
   * change.
   */
  public byte[] sign(ByteBuffer part) {
    return mac(keys.get(0), part);
  }

  /**
   * Whether one of the keys signed the buffer's remaining bytes. The buffer's position does not
   * change.
   */
  public boolean verify(byte[] mac, ByteBuffer part) {
    return isOneOf(mac, key -> mac(key, part));
  }

  /**
   * Whether one of the keys signed the parts. The comparison takes the same time wherever the bytes
   * differ.
   *
   * @param mac the first bytes of the HMAC, 16 to 32
   */
  public boolean verify(byte[] mac, byte[]... parts) {
    return isOneOf(mac, key -> mac(key, parts));
  }

  private boolean isOneOf(byte[] mac, Function<Key, byte[]> signed) {
    if (mac.length < SHORTEST_MAC || mac.length > LONGEST_MAC) {
      return false;
    }
    boolean known = false;
    for (Key key : keys) {
      known |= MessageDigest.isEqual(Arrays.copyOf(signed.apply(key), mac.length), mac);
    }
    return known;
  }

  private static byte[] mac(Key key, byte[]... parts) {
    Mac mac = key.begin();
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  private static byte[] mac(Key key, ByteBuffer part) {
    Mac mac = key.begin();
    mac.update(part.duplicate());
    return mac.doFinal();
  }

  private static Mac begun(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
