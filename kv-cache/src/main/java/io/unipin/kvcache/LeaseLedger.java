package io.unipin.kvcache;

import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts leases: the open ones, and all by outcome. In debug mode remembers where the open ones were taken. Thread-safe. */
final class LeaseLedger {
  private final boolean debug;
  private final AtomicLong open = new AtomicLong();
  private final ConcurrentHashMap<KvLease, Throwable> sites = new ConcurrentHashMap<>();
  private final LongAdder refreshes = new LongAdder();
  private final EnumMap<KvOutcome, LongAdder> outcomes = new EnumMap<>(KvOutcome.class);

  LeaseLedger(boolean debug) {
    this.debug = debug;
    for (KvOutcome outcome : KvOutcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
  }

  void count(KvOutcome outcome) {
    counter(outcome).increment();
  }

  long counted(KvOutcome outcome) {
    return counter(outcome).sum();
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

  /** Returns where the open leases were taken; empty when not in debug mode. */
  List<Throwable> sites() {
    return List.copyOf(sites.values());
  }

  private LongAdder counter(KvOutcome outcome) {
    return Objects.requireNonNull(outcomes.get(outcome));
  }
}
