package io.unipin.kvcache;

/**
 * The key of one entry: a user and a model.
 *
 * <p>Immutable.
 *
 * @param user the user's id
 * @param fingerprint identifies everything on which attention keys and values depend: weights,
 *     program, precision, element type, window and feature schema
 */
public record KvKey(String user, String fingerprint) {
  public KvKey {
    if (user.isEmpty() || fingerprint.isEmpty()) {
      throw new IllegalArgumentException("a user and a fingerprint expected, got an empty one");
    }
  }

  /**
   * Whether the server itself makes the requests for this key, for example to warm up. The user ids
   * of such requests begin with a control character, which the ids of callers never contain. No
   * tier keeps the rows of such requests.
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
