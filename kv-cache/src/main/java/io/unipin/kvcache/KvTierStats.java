package io.unipin.kvcache;

import java.util.Map;
import java.util.Objects;

/**
 * The figures of a {@link KvTier} and of the queue in front of it. Counters only grow. Immutable.
 *
 * @param name name of the tier
 * @param on whether the tier can be written: false after a write failed, until a write succeeds
 * @param space room of the tier
 * @param bytes bytes that were written and read, and bytes that wait to be written
 * @param lookups number of look-ups, by result
 * @param drops number of entries that were not written, by cause
 */
public record KvTierStats(
    String name,
    boolean on,
    KvTier.Space space,
    Bytes bytes,
    Map<KvTierLookup, Long> lookups,
    Map<KvTierDrop, Long> drops) {
  /**
   * The bytes that move between the cache and a tier.
   *
   * @param queued bytes that wait to be written or are being written
   * @param written bytes that were written
   * @param reloaded bytes that were read and verified
   */
  public record Bytes(long queued, long written, long reloaded) {}

  public KvTierStats {
    lookups = Map.copyOf(lookups);
    drops = Map.copyOf(drops);
  }

  /** Returns the number of look-ups with this result. */
  public long counted(KvTierLookup lookup) {
    return Objects.requireNonNull(lookups.get(lookup));
  }

  /** Returns the number of entries that were not written for this cause. */
  public long counted(KvTierDrop drop) {
    return Objects.requireNonNull(drops.get(drop));
  }
}
