package io.unipin.serving.admission;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How long calls of a kind have taken lately, without their wait: an average whose weights fall with age. Thread-safe. */
final class ServiceTimes {
  /** The weight of the newest call. */
  private static final double NEWEST = 0.05;

  private final ConcurrentMap<String, Double> nanos = new ConcurrentHashMap<>();

  /** Zero for a kind of which no call has ended yet. */
  long expected(String kind) {
    return Math.round(nanos.getOrDefault(kind, 0.0));
  }

  void took(String kind, long elapsed) {
    nanos.merge(kind, (double) elapsed, (old, newest) -> old + NEWEST * (newest - old));
  }
}
