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

  /**
   * The times at which a call was admitted, began to run, and ended, in nanoseconds of one clock.
   */
  record Span(long admitted, long begun, long ended) {}

  /**
   * Notes that a call has ended. {@code worked} tells whether the call did its work.
   *
   * @return whether the call's time, including its wait, is a valid sample of how long calls take
   */
  boolean ended(String kind, boolean worked, Span span) {
    long expected = expected(kind, span.ended());
    long ran = span.ended() - span.begun();
    if (worked || ran > expected) {
      took(kind, ran, span.ended());
    }
    return worked || span.ended() - span.admitted() > expected;
  }

  void took(String kind, long elapsed, long now) {
    nanos.computeIfAbsent(kind, any -> new MeanCost()).add((double) elapsed, now);
  }
}
