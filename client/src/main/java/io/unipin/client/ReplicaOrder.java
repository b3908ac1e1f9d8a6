package io.unipin.client;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The order in which a user prefers the replicas of a fleet.
 *
 * <p>It is rendezvous hashing (Thaler and Ravishankar, "Using name-based mappings to increase hit
 * rates", 1998). Each replica has a score for each user, and a user prefers the replica with the
 * highest score. So a replica that comes or goes moves only the users that prefer it.
 */
public final class ReplicaOrder {
  /*
   * The score is the first 64 bits, as an unsigned number, of MurmurHash3 x64 128 with seed 0 over
   * the UTF-8 bytes of name NUL user . Replicas with equal scores are ordered by the UTF-8 bytes of
   * their names.
   */
  private static final HashFunction HASH = Hashing.murmur3_128(0);

  private ReplicaOrder() {}

  /** Returns the replica's score for a user. It is an unsigned number. */
  static long score(String replica, String user) {
    return HASH.newHasher()
        .putBytes(replica.getBytes(StandardCharsets.UTF_8))
        .putByte((byte) 0)
        .putBytes(user.getBytes(StandardCharsets.UTF_8))
        .hash()
        .asLong();
  }

  /**
   * Returns the replicas in the order in which the user prefers them.
   *
   * @param replicas the replicas' names; the result does not depend on their order
   */
  public static List<String> of(String user, Collection<String> replicas) {
    Map<String, Long> scores = new HashMap<>();
    replicas.forEach(replica -> scores.put(replica, score(replica, user)));
    Comparator<String> byScore =
        (one, other) ->
            Long.compareUnsigned(
                Objects.requireNonNull(scores.get(other)), Objects.requireNonNull(scores.get(one)));
    return scores.keySet().stream()
        .sorted(
            byScore.thenComparing(
                name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
        .toList();
  }
}
