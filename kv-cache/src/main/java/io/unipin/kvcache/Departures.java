package io.unipin.kvcache;

import java.util.Map;

/** Counts the entries that left the cache, by cause. Thread-safe. */
final class Departures {
  private final EnumCounters<KvDeparture> counters = new EnumCounters<>(KvDeparture.class);

  void count(KvDeparture departure, long entries) {
    counters.add(departure, entries);
  }

  /** Returns the number of entries that have left the cache, for every cause. */
  Map<KvDeparture, Long> counted() {
    return counters.counted();
  }
}
