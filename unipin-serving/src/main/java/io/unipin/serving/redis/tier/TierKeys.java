package io.unipin.serving.redis.tier;

import static io.unipin.serving.redis.RedisValues.bytes;

import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.kvcache.tier.Id;
import io.unipin.serving.security.MacKeys;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

/** The names of keys and fields in Redis. The names hold keyed hashes, never ids. */
final class TierKeys {
  /** Matches the keys of all users. */
  static final String USERS = "unipin:kv:{*}";

  private static final byte[] USER = bytes("kv tier user\n");
  private static final byte[] MODEL = bytes("kv tier model\n");

  private TierKeys() {}

  static EntryName entry(MacKeys keys, KvKey key) {
    return new EntryName(id(keys.sign(USER, bytes(key.user()))), model(keys, key.fingerprint()));
  }

  static Id model(MacKeys keys, String fingerprint) {
    return id(keys.sign(MODEL, bytes(fingerprint)));
  }

  /** Returns the names that a user has under the current key and under all earlier keys. */
  static List<Id> users(MacKeys keys, String user) {
    return keys.signatures(USER, bytes(user)).stream().map(TierKeys::id).toList();
  }

  /** Returns the names that a model has under the current key and under all earlier keys. */
  static List<Id> models(MacKeys keys, String fingerprint) {
    return keys.signatures(MODEL, bytes(fingerprint)).stream().map(TierKeys::id).toList();
  }

  private static Id id(byte[] mac) {
    return Id.read(ByteBuffer.wrap(mac));
  }

  /** Returns the key of the hash with all rows of a user. */
  static byte[] user(Id user) {
    return bytes("unipin:kv:{" + text(user) + "}");
  }

  /**
   * Returns the key of the mark of the user's erasure. It lies in the same slot as the user's rows.
   */
  static byte[] gone(Id user) {
    return bytes("unipin:kv:{" + text(user) + "}:gone");
  }

  /** Returns the key of the mark which says that a server has recently written rows of a model. */
  static byte[] used(Id model) {
    return bytes("unipin:kv:used:" + text(model));
  }

  /** Returns the prefix of the names of a model's fields. */
  static byte[] prefix(Id model) {
    return bytes(text(model) + ":");
  }

  /** Returns the field with the list of chunks. */
  static byte[] index(Id model) {
    return bytes(text(model) + ":x");
  }

  /** Returns the field of the chunk with the given number in its entry. */
  static byte[] chunk(Id model, int place) {
    return bytes(text(model) + ":" + place);
  }

  private static String text(Id id) {
    ByteBuffer bytes = ByteBuffer.allocate(Id.BYTES);
    id.write(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }
}
