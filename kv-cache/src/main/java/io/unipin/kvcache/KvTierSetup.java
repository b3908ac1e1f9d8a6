package io.unipin.kvcache;

import java.time.Duration;

/**
 * A tier below a {@link UserKvCache}. The cache owns the tier and closes it.
 *
 * @param name name of the tier in statistics and messages, such as {@code file}
 * @param queueBytes limit of the bytes that wait to be written to the tier
 * @param writing which users' rows are written to the tier, and when
 */
public record KvTierSetup(String name, KvTier tier, long queueBytes, Writing writing) {
  /**
   * Which users' rows are written to a tier, and when.
   *
   * @param leastUses a user's rows are written as soon as the cache remembers at least this many
   *     requests of the user
   * @param onEviction whether an entry's rows, if they are not yet in the tier, are written when
   *     the eviction order or age removes the entry
   * @param longestPause longest pause after failed writes
   */
  public record Writing(int leastUses, boolean onEviction, Duration longestPause) {
    /** Writes the rows of every user after they were encoded. Pauses last at most five minutes. */
    public static final Writing EVERYBODY = new Writing(1, false, Duration.ofMinutes(5));
  }

  public KvTierSetup {
    if (queueBytes < 0) {
      throw new IllegalArgumentException("queueBytes of at least 0 expected, got " + queueBytes);
    }
  }

  /** Creates a tier to which the rows of every user are written after they were encoded. */
  public KvTierSetup(String name, KvTier tier, long queueBytes) {
    this(name, tier, queueBytes, Writing.EVERYBODY);
  }
}
