package io.unipin.kvcache;

/**
 * The key of one entry: a user and a model.
 *
 * <p>Immutable.
 *
 * @param user the user's id
 * @param fingerprint identifies everything that attention keys and values depend on: weights,
 *     program, precision, element type, window and feature schema
 */
public record KvKey(String user, String fingerprint) {
  public KvKey {
    if (user.isEmpty() || fingerprint.isEmpty()) {
      throw new IllegalArgumentException("a user and a fingerprint expected, got an empty one");
    }
  }

  /**
   * Whether the key belongs to a request that the server itself makes, such as a warm-up. The ids
   * of such users begin with a control character, and callers' ids never hold one. No tier keeps
   * their rows.
   */
  boolean isInternal() {
    return isInternal(user);
  }

  /**
   * Whether a user id belongs to a request that the server itself makes. The id must not be empty.
   */
  static boolean isInternal(String user) {
    return user.charAt(0) < ' ';
  }
}
