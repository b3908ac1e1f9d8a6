package io.unipin.kvcache;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** One counter for each constant of an enum. Thread-safe. */
final class EnumCounters<E extends Enum<E>> {
  private final Class<E> type;
  private final EnumMap<E, LongAdder> counters;

  EnumCounters(Class<E> type) {
    this.type = type;
    counters = new EnumMap<>(type);
    for (E constant : Objects.requireNonNull(type.getEnumConstants())) {
      counters.put(constant, new LongAdder());
    }
  }

  void add(E constant, long count) {
    Objects.requireNonNull(counters.get(constant)).add(count);
  }

  Map<E, Long> counted() {
    Map<E, Long> counted = new EnumMap<>(type);
    counters.forEach((constant, count) -> counted.put(constant, count.sum()));
    return counted;
  }
}
