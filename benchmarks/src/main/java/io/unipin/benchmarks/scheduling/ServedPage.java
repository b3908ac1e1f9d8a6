package io.unipin.benchmarks.scheduling;

import io.unipin.proto.v1.Served.CacheOutcome;

/**
 * What became of a requested page.
 *
 * @param tookNanos nanoseconds from the planned time of the request to the end of the request
 * @param answered whether the server returned a page
 * @param cache the page's cache outcome
 * @param degraded whether the server did less work than was requested
 */
record ServedPage(long tookNanos, boolean answered, CacheOutcome cache, boolean degraded) {
  static ServedPage failed(long tookNanos) {
    return new ServedPage(tookNanos, false, CacheOutcome.CACHE_OUTCOME_UNSPECIFIED, false);
  }

  boolean isInTime(long deadlineNanos) {
    return answered && tookNanos <= deadlineNanos;
  }
}
