package io.unipin.kvcache;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the open leases, and counts all leases by reason. Thread-safe.
 *
 * <p>In debug mode the ledger remembers where the open leases were taken.
 */
final class LeaseLedger {
  private final boolean debug;
  private final AtomicLong open = new AtomicLong();
  private final ConcurrentHashMap<KvLease, Throwable> sites = new ConcurrentHashMap<>();
  private final LongAdder refreshes = new LongAdder();
  private final EnumCounters<KvReason> reasons = new EnumCounters<>(KvReason.class);

  LeaseLedger(boolean debug) {
    this.debug = debug;
  }

  void count(KvReason reason) {
    reasons.add(reason, 1);
  }

  Map<KvReason, Long> counted() {
    return reasons.counted();
  }

  void countRefresh() {
    refreshes.increment();
  }

  long refreshes() {
    return refreshes.sum();
  }

  void opened(KvLease lease) {
    open.incrementAndGet();
    if (debug) {
      sites.put(lease, new Throwable("lease taken here"));
    }
  }

  void closed(KvLease lease) {
    open.decrementAndGet();
    if (debug) {
      sites.remove(lease);
    }
  }

  long open() {
    return open.get();
  }

  /**
   * Returns the stack traces of the calls that took the open leases, or an empty list outside debug
   * mode.
   */
  List<Throwable> sites() {
    return List.copyOf(sites.values());
  }
}
