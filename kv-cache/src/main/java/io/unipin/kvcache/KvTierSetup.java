package io.unipin.kvcache;

/**
 * A tier below a {@link UserKvCache}. The cache owns the tier and closes it.
 *
 * @param name name of the tier in statistics and messages, such as {@code file}
 * @param queueBytes limit of the bytes that wait to be written to the tier
 */
public record KvTierSetup(String name, KvTier tier, long queueBytes) {
  public KvTierSetup {
    if (queueBytes < 0) {
      throw new IllegalArgumentException("queueBytes of at least 0 expected, got " + queueBytes);
    }
  }
}
