package io.unipin.kvcache;

import java.util.Map;
import java.util.Objects;

/**
 * Figures of a {@link UserKvCache} at one moment. The counters start at 0 with the cache and only grow; the figures
 * are read one after the other, so that under load they may be of slightly different moments.
 *
 * <p>Immutable.
 *
 * @param budgetBytes bound of {@code usedBytes}
 * @param usedBytes bytes of blocks taken from the budget, by entries and by leases
 * @param leasedBytes bytes of blocks with at least one open lease, transient blocks included
 * @param leases open leases
 * @param entries entries that can be found
 * @param reasons leases that were given by {@link UserKvCache#acquire}; branches are not counted
 * @param refreshes leases given by {@link UserKvCache#refresh}, ahead of any request
 * @param departures entries that went
 * @param lostBytes bytes that were free but not in one piece when a block was wanted and none long enough was free: the
 *     mean over such moments
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

  /** Leases with outcome {@link KvOutcome#HIT}; the next three likewise. */
  public long hits() {
    return counted(KvOutcome.HIT);
  }

  public long appends() {
    return counted(KvOutcome.APPEND);
  }

  public long prefills() {
    return counted(KvOutcome.PREFILL);
  }

  public long uncached() {
    return counted(KvOutcome.UNCACHED);
  }

  /** Leases given for a reason. */
  public long counted(KvReason reason) {
    return Objects.requireNonNull(reasons.get(reason));
  }

  /** Entries that went for a cause. */
  public long counted(KvDeparture departure) {
    return Objects.requireNonNull(departures.get(departure));
  }

  /** Entries dropped for want of room or by age. */
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
