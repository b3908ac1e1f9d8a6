package io.unipin.serving.admission;

import io.unipin.serving.estimate.MeanCost;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Estimates of the running time of calls by kind. The wait for a worker does not count. The number
 * of kinds is fixed by the server. Thread-safe.
 *
 * <p>A call that ended before its work was done says little about the running time of its kind.
 * Such a call counts only if it took longer than expected. So the estimates still grow when all
 * calls are abandoned because they take too long.
 *
 * <p>An idle worker takes any call, even a call with a long expected time. So there are always new
 * measurements.
 */
final class ServiceTimes {
  private final ConcurrentMap<String, MeanCost> nanos = new ConcurrentHashMap<>();

  /** Returns the expected running time in nanoseconds; 0 for a kind without a finished call. */
  long expected(String kind, long now) {
    MeanCost known = nanos.get(kind);
    return known == null ? 0 : Math.round(known.expected(now));
  }

  /** Notes that a call has ended. {@code worked} tells whether the call did its work. */
  void ended(String kind, boolean worked, long elapsed, long now) {
    if (worked || elapsed > expected(kind, now)) {
      took(kind, elapsed, now);
    }
  }

  void took(String kind, long elapsed, long now) {
    nanos.computeIfAbsent(kind, any -> new MeanCost()).add((double) elapsed, now);
  }
}
