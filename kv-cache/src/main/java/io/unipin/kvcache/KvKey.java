package io.unipin.kvcache;

/**
 * Names one entry: a user under one model.
 *
 * <p>Immutable.
 *
 * @param user the user's id
 * @param fingerprint covers everything that keys and values depend on: weights, program, precision, element type,
 *     window and feature schema
 */
public record KvKey(String user, String fingerprint) {
  public KvKey {
    if (user.isEmpty() || fingerprint.isEmpty()) {
      throw new IllegalArgumentException("expected a user and a fingerprint, got an empty one");
    }
  }
}
