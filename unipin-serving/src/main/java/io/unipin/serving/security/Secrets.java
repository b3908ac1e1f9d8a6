package io.unipin.serving.security;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The secrets with which a server signs data that it gives to callers or to other replicas, and
 * from which it makes pseudonyms of users.
 *
 * <p>Replicas with the same secrets accept each other's signatures. Thread-safe.
 */
@FunctionalInterface
public interface Secrets {
  /** A use of the secrets. Each use has its own keys, so no key serves two uses. */
  enum Purpose {
    /** Signs page cursors. */
    PAGE_CURSOR("page cursor"),
    /** Names users in logs that must not hold their ids. */
    USER_ID("user id"),
    /** Names and encrypts users in the erasures that replicas read. */
    ERASURE("erasure"),
    /** Names users in the KV tier that servers share, and signs their rows there. */
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
   * Returns the present keys of a purpose. A caller asks again for each use, because the secrets
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
