package io.unipin.kvcache;

import java.util.Map;
import java.util.Objects;

/**
 * The figures of a {@link UserKvCache} at one moment.
 *
 * <p>The counters start at 0 when the cache is created and only grow. The figures are read one
 * after the other, so under load they may stem from slightly different moments. Immutable.
 *
 * @param budgetBytes limit of {@code usedBytes}
 * @param usedBytes bytes of the blocks in the budget that have a share or a lease
 * @param leasedBytes bytes of the blocks with at least one open lease, transient blocks included
 * @param leases number of open leases
 * @param entries number of entries that requests can find
 * @param reasons number of leases that {@link UserKvCache#acquire} gave, by reason. The leases of
 *     {@link UserKvCache#branch} and {@link UserKvCache#aside} are not counted.
 * @param refreshes number of leases that {@link UserKvCache#refresh} gave
 * @param departures number of entries that left the cache, by cause
 * @param lostBytes mean number of free bytes at the moments at which no free run was long enough
 *     for a block
 */
public record KvCacheStats(
    long budgetBytes,
    long usedBytes,
    long leasedBytes,
    long leases,
    long entries,
    Map<KvReason, Long> reasons,
    long refreshes,
    Map<KvDeparture, Long> departures,
    long lostBytes) {
  public KvCacheStats {
    reasons = Map.copyOf(reasons);
    departures = Map.copyOf(departures);
  }

  /** Returns the number of leases with outcome {@link KvOutcome#HIT}. */
  public long hits() {
    return counted(KvOutcome.HIT);
  }

  /** Returns the number of leases with outcome {@link KvOutcome#APPEND}. */
  public long appends() {
    return counted(KvOutcome.APPEND);
  }

  /** Returns the number of leases with outcome {@link KvOutcome#PREFILL}. */
  public long prefills() {
    return counted(KvOutcome.PREFILL);
  }

  /** Returns the number of leases with outcome {@link KvOutcome#RELOAD}. */
  public long reloads() {
    return counted(KvOutcome.RELOAD);
  }

  /** Returns the number of leases with outcome {@link KvOutcome#UNCACHED}. */
  public long uncached() {
    return counted(KvOutcome.UNCACHED);
  }

  /** Returns the number of leases given for a reason. */
  public long counted(KvReason reason) {
    return Objects.requireNonNull(reasons.get(reason));
  }

  /** Returns the number of entries that left for a cause. */
  public long counted(KvDeparture departure) {
    return Objects.requireNonNull(departures.get(departure));
  }

  /**
   * Returns the number of entries that left because of {@link KvDeparture#POLICY},
   * {@link KvDeparture#ROOM} or {@link KvDeparture#AGE}.
   */
  public long evictions() {
    return counted(KvDeparture.POLICY) + counted(KvDeparture.ROOM) + counted(KvDeparture.AGE);
  }

  private long counted(KvOutcome outcome) {
    return reasons.entrySet().stream()
        .filter(reason -> reason.getKey().outcome() == outcome)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
