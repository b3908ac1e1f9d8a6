package io.unipin.benchmarks.cluster;

import io.unipin.proto.v1.Served.CacheOutcome;
import java.util.List;

/**
 * The outcome of one page request.
 *
 * @param atNanos time at which the call began
 * @param millis time until the answer or the failure
 * @param failure why the call failed; empty if the call succeeded
 * @param cache the server's cache outcome for the user's state
 * @param degradations the degradations that the answer names
 * @param missing number of acknowledged actions that the page did not count
 */
record PageNote(
    long atNanos,
    double millis,
    String failure,
    CacheOutcome cache,
    List<String> degradations,
    int missing) {
  PageNote {
    degradations = List.copyOf(degradations);
  }

  static PageNote failed(long atNanos, double millis, String failure) {
    return new PageNote(
        atNanos, millis, failure, CacheOutcome.CACHE_OUTCOME_UNSPECIFIED, List.of(), 0);
  }

  boolean hasFailed() {
    return !failure.isEmpty();
  }

  /** Returns the note of a failed call as a failure. */
  CallFailure failureOfCall() {
    return new CallFailure(atNanos, millis, "page", failure);
  }

  boolean isDegraded() {
    return !degradations.isEmpty();
  }

  /** Returns whether the server had most of the user's state: no whole history was encoded. */
  boolean isHit() {
    return !hasFailed() && cache != CacheOutcome.PREFILL && cache != CacheOutcome.UNCACHED;
  }
}
