package io.unipin.benchmarks.load;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The calls of an open loop and their results, in the order of their starts. Immutable. */
record Samples(List<Sample> calls) {
  private static final double SECOND = 1e9;
  private static final long WINDOW_NANOS = 1_000_000_000;
  private static final long WINDOW_STEP_NANOS = 100_000_000;

  /**
   * One call.
   *
   * @param atNanos start of the call, in nanoseconds from the beginning of the run
   * @param deadlineNanos deadline of the call, in nanoseconds from its start
   * @param failure kind of the failure; empty if the call returned a page
   */
  record Sample(
      long atNanos, long tookNanos, long deadlineNanos, String failure, boolean degraded) {
    boolean isAnswered() {
      return failure.isEmpty();
    }

    boolean isLate(long byNanos) {
      return tookNanos > deadlineNanos + byNanos;
    }
  }

  Samples {
    calls = List.copyOf(calls);
  }

  /** Returns the calls that began in a span of time. */
  Samples between(long fromNanos, long toNanos) {
    return new Samples(
        calls.stream()
            .filter(call -> call.atNanos() >= fromNanos && call.atNanos() < toNanos)
            .toList());
  }

  long answered() {
    return calls.stream().filter(Sample::isAnswered).count();
  }

  long degraded() {
    return calls.stream().filter(Sample::degraded).count();
  }

  Map<String, Long> failures() {
    Map<String, Long> failures = new TreeMap<>();
    for (Sample call : calls) {
      if (!call.isAnswered()) {
        failures.merge(call.failure(), 1L, Long::sum);
      }
    }
    return failures;
  }

  /**
   * Returns the number of milliseconds within which this share of the answered calls ended. Returns
   * NaN if no call was answered.
   */
  double quantileMs(double share) {
    long[] took =
        calls.stream().filter(Sample::isAnswered).mapToLong(Sample::tookNanos).sorted().toArray();
    if (took.length == 0) {
      return Double.NaN;
    }
    return took[(int) Math.min(took.length - 1, Math.ceil(share * took.length) - 1)] / 1e6;
  }

  /** Returns the number of pages that arrived more than {@code byNanos} after their deadline. */
  long lateAnswers(long byNanos) {
    return calls.stream().filter(call -> call.isAnswered() && call.isLate(byNanos)).count();
  }

  /**
   * Returns the number of calls that ended more than {@code byNanos} after their deadline, with or
   * without an answer.
   */
  long lateEnds(long byNanos) {
    return calls.stream().filter(call -> call.isLate(byNanos)).count();
  }

  /**
   * Returns the number of seconds from a moment until the service is normal again. The service is
   * normal if, in the following second, no call fails and 90 % of the calls end within a bound.
   * Returns infinity if the service does not become normal.
   */
  double recoverySeconds(long fromNanos, double boundMs) {
    long last = calls.isEmpty() ? fromNanos : calls.get(calls.size() - 1).atNanos();
    for (long at = fromNanos; at + WINDOW_NANOS <= last; at += WINDOW_STEP_NANOS) {
      Samples window = between(at, at + WINDOW_NANOS);
      if (!window.calls.isEmpty()
          && window.failures().isEmpty()
          && window.quantileMs(0.9) <= boundMs) {
        return (at - fromNanos) / SECOND;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }
}
