package io.unipin.kvcache;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts the entries that left, by cause. Thread-safe. */
final class Departures {
  private final EnumMap<KvDeparture, LongAdder> counters = new EnumMap<>(KvDeparture.class);

  Departures() {
    for (KvDeparture departure : KvDeparture.values()) {
      counters.put(departure, new LongAdder());
    }
  }

  void count(KvDeparture departure, long entries) {
    Objects.requireNonNull(counters.get(departure)).add(entries);
  }

  /** Returns the number of entries that left so far, for every cause. */
  Map<KvDeparture, Long> counted() {
    Map<KvDeparture, Long> counted = new EnumMap<>(KvDeparture.class);
    counters.forEach((departure, count) -> counted.put(departure, count.sum()));
    return counted;
  }
}
