package io.unipin.kvcache.tier;

import io.unipin.kvcache.KvKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the names of users and models in the files: the first 128 bits of HMAC-SHA256. Without the
 * secret, a name tells nothing about the user. Thread-safe.
 */
final class Ids {
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec secret;

  Ids(byte[] secret) {
    this.secret = new SecretKeySpec(secret, ALGORITHM);
  }

  Id user(String user) {
    return of("user", user);
  }

  Id model(String fingerprint) {
    return of("model", fingerprint);
  }

  EntryName entry(KvKey key) {
    return new EntryName(user(key.user()), model(key.fingerprint()));
  }

  /** Returns a name that is equal in all files of the same secret. */
  Id check() {
    return of("check", "");
  }

  private Id of(String kind, String name) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      mac.update(("kv tier " + kind + "\n").getBytes(StandardCharsets.UTF_8));
      return Id.read(ByteBuffer.wrap(mac.doFinal(name.getBytes(StandardCharsets.UTF_8))));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " expected in every Java runtime", e);
    }
  }
}
