package io.unipin.serving.admission;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides for each arriving call whether it may run or wait, or is refused. Not thread-safe.
 *
 * <p>There are four bounds. The number of waiting calls has a fixed limit. The number of calls in
 * the server has a limit that follows the latency of calls. The expected wait has a bound that
 * keeps the queue short. The caller's deadline must not pass during the wait. A less urgent call
 * may use only its {@link Priority#share} of the first three bounds.
 */
final class AdmissionPolicy {
  /*
   * Netflix's gradient algorithm sets the limit of the number of calls. The limit falls when recent
   * latency rises above long-term latency. Latency here includes the wait. The limit never falls
   * below minConcurrency per worker, because a short burst is not an overload. A call that ended
   * before its work was done counts only if it took longer than calls that do their work.
   * Otherwise callers with little time would make all other calls look slow.
   *
   * The bound of the wait follows CoDel (Nichols and Jacobson, Controlling Queue Delay, 2012; for
   * servers: Maurer, Fail at Scale, 2015). If the queue was empty a moment ago, calls may wait for
   * longer (burstWait). If it has not been empty for some time, calls may wait only briefly
   * (standingWait).
   *
   * CoDel decides when a call leaves the queue. Here the decision is made when the call arrives, so
   * that the caller knows immediately. The decision depends on the expected time of the work ahead.
   */
  private static final double RTT_TOLERANCE = 2;

  private static final Duration LEAST_RETRY = Duration.ofMillis(50);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(2);

  private final AdmissionConfig config;
  private final int workers;
  private final int capacity;
  private final Limit limit;
  private long emptyNanos;

  /**
   * A new call and the time of the decision. {@code remaining} is the time until the caller's
   * deadline.
   */
  record Arrival(Priority priority, Duration remaining, long nowNanos) {}

  /**
   * The work that is already in the server.
   *
   * @param calls number of running or waiting calls
   * @param workAhead expected nanoseconds of waiting work that runs before the new call
   */
  record Load(int calls, long workAhead) {}

  AdmissionPolicy(AdmissionConfig config, int workers, int capacity, long nowNanos) {
    this.config = config;
    this.workers = workers;
    this.capacity = capacity;
    this.emptyNanos = nowNanos;
    int most = workers + capacity;
    int least = Math.min(config.minConcurrency() * workers, most);
    limit =
        WindowedLimit.newBuilder()
            .build(
                Gradient2Limit.newBuilder()
                    .initialLimit(least)
                    .minLimit(least)
                    .maxConcurrency(most)
                    .rttTolerance(RTT_TOLERANCE)
                    .build());
  }

  /** Returns why the call is refused; empty when the call may run or wait. */
  Optional<Refusal> refusal(Arrival arrival, Load load) {
    if (load.calls() < workers) {
      return Optional.empty();
    }
    double share = arrival.priority().share();
    long wait = load.workAhead() / workers;
    String reason = null;
    if (load.calls() - workers >= capacity * share) {
      reason = "too many requests wait already";
    } else if (load.calls() >= Math.max(workers, limit.getLimit() * share)) {
      reason = "too many requests are in the server";
    } else if (wait > bound(arrival.nowNanos()).toNanos() * share) {
      reason = "the wait for a worker would be too long";
    } else if (wait > arrival.remaining().toNanos()) {
      reason = "the wait for a worker would outlast the deadline";
    }
    return reason == null ? Optional.empty() : Optional.of(new Refusal(reason, retry(wait)));
  }

  private Duration bound(long now) {
    boolean stands = now - emptyNanos > config.standingAfter().toNanos();
    return stands ? config.standingWait() : config.burstWait();
  }

  private static Duration retry(long waitNanos) {
    Duration wait = Duration.ofNanos(waitNanos);
    if (wait.compareTo(LEAST_RETRY) < 0) {
      return LEAST_RETRY;
    }
    return wait.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wait;
  }

  /** Notes that no call waits at this moment. */
  void queueIsEmpty(long now) {
    emptyNanos = now;
  }

  /** Notes the end of a call whose time is a valid sample of how long calls take. */
  void ended(long admitted, long now, int inServer) {
    limit.onSample(admitted, Math.max(1, now - admitted), inServer, false);
  }

  int limit() {
    return limit.getLimit();
  }
}
