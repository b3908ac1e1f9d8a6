package io.unipin.serving.admission;

import io.unipin.serving.estimate.MeanCost;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How long calls of a kind have taken lately, without their wait. As many kinds as the server has. Thread-safe.
 *
 * <p>A call that ended before it did its work says little of its kind. It counts only where it took longer than is expected, so
 * that calls that are all given up for their length are learned from.
 *
 * <p>An idle worker takes any call, whatever is expected of it, so there are always new times to learn from.
 */
final class ServiceTimes {
  private final ConcurrentMap<String, MeanCost> nanos = new ConcurrentHashMap<>();

  /** Zero for a kind of which no call has ended yet. */
  long expected(String kind, long now) {
    MeanCost known = nanos.get(kind);
    return known == null ? 0 : Math.round(known.expected(now));
  }

  /** A call has ended, after its work or before. */
  void ended(String kind, boolean worked, long elapsed, long now) {
    if (worked || elapsed > expected(kind, now)) {
      took(kind, elapsed, now);
    }
  }

  void took(String kind, long elapsed, long now) {
    nanos.computeIfAbsent(kind, any -> new MeanCost()).add((double) elapsed, now);
  }
}
