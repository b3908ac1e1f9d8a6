package io.unipin.serving.security;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The secrets of a server. The server signs data for callers and other replicas with these secrets,
 * and makes pseudonyms of users from them.
 *
 * <p>Replicas with the same secrets accept each other's signatures. Thread-safe.
 */
@FunctionalInterface
public interface Secrets {
  /** A use of the secrets. Each use has its own keys, so no key serves two uses. */
  enum Purpose {
    /** Keys that sign page cursors. */
    PAGE_CURSOR("page cursor"),
    /** Keys for pseudonyms of users in logs that must not hold their ids. */
    USER_ID("user id"),
    /** Keys that hide and encrypt user ids in the erasures that replicas read. */
    ERASURE("erasure"),
    /** Keys for pseudonyms of users in the shared KV tier, and for the signatures of rows there. */
    KV_TIER("kv tier");

    private final String label;

    Purpose(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /**
   * Returns the current keys of a purpose. A caller asks again for each use, because the secrets
   * may change while the server runs.
   */
  MacKeys keys(Purpose purpose);

  /**
   * Returns the secrets of a server that shares no secrets with other servers.
   *
   * @param secret random bytes that stay the same across restarts; they sign page cursors directly
   */
  static Secrets own(byte[] secret) {
    Map<Purpose, MacKeys> keys = MacKeys.byPurpose(List.of(secret));
    keys.put(Purpose.PAGE_CURSOR, MacKeys.of(List.of(secret)));
    return purpose -> Objects.requireNonNull(keys.get(purpose));
  }
}
