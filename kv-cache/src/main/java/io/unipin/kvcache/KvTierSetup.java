package io.unipin.kvcache;

import java.time.Duration;

/**
 * A tier below a {@link UserKvCache}. The cache owns the tier and closes it.
 *
 * @param name name of the tier in statistics and messages, such as {@code file}
 * @param queueBytes limit of the bytes that wait to be written to the tier
 * @param writing which users are written, and when
 */
public record KvTierSetup(String name, KvTier tier, long queueBytes, Writing writing) {
  /**
   * Which users are written to a tier, and when.
   *
   * @param leastUses number of requests from which on a user is written, as far as the cache
   *     remembers the requests
   * @param onEviction whether a user whose rows were not written is written when the eviction order
   *     or age removes the user's entry
   * @param longestPause longest pause after failed writes
   */
  public record Writing(int leastUses, boolean onEviction, Duration longestPause) {
    /** Writes every user after an encoding. The pauses grow to five minutes. */
    public static final Writing EVERYBODY = new Writing(1, false, Duration.ofMinutes(5));
  }

  public KvTierSetup {
    if (queueBytes < 0) {
      throw new IllegalArgumentException("queueBytes of at least 0 expected, got " + queueBytes);
    }
  }

  /** Creates a tier to which every user is written after an encoding. */
  public KvTierSetup(String name, KvTier tier, long queueBytes) {
    this(name, tier, queueBytes, Writing.EVERYBODY);
  }
}
