package io.unipin.serving.security;

import java.util.List;

/**
 * The secrets with which a server signs what it hands out, and from which it makes pseudonyms of
 * users.
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
   * Returns the secrets of a server that shares none.
   *
   * @param secret random bytes that stay the same across restarts; they sign page cursors directly
   */
  static Secrets own(byte[] secret) {
    MacKeys cursors = MacKeys.of(List.of(secret));
    MacKeys users = MacKeys.derived(List.of(secret), Purpose.USER_ID.label());
    MacKeys erasures = MacKeys.derived(List.of(secret), Purpose.ERASURE.label());
    MacKeys rows = MacKeys.derived(List.of(secret), Purpose.KV_TIER.label());
    return purpose ->
        switch (purpose) {
          case PAGE_CURSOR -> cursors;
          case USER_ID -> users;
          case ERASURE -> erasures;
          case KV_TIER -> rows;
        };
  }
}
