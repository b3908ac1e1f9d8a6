package io.unipin.kvcache;

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
 * @param hits leases that were given with outcome {@link KvOutcome#HIT}; the next three likewise
 * @param uncached without branches
 * @param refreshes leases given by {@link UserKvCache#refresh}, ahead of any request
 * @param evictions entries dropped for want of room or by age
 */
public record KvCacheStats(
    long budgetBytes,
    long usedBytes,
    long leasedBytes,
    long leases,
    long entries,
    long hits,
    long appends,
    long prefills,
    long uncached,
    long refreshes,
    long evictions) {}
