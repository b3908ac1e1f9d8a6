package io.unipin.benchmarks.headline;

import io.unipin.proto.v1.Served.CacheOutcome;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/**
 * The figures of one round of traffic.
 *
 * @param latenciesMs latencies of all pages in milliseconds, ascending; the array is not copied
 * @param outcomes number of pages by cache outcome
 * @param degraded number of pages that the server answered with less work than requested
 * @param cpuSeconds processor time in seconds of this process, which contains the server and the
 *     callers
 */
public record TrafficRound(
    double seconds,
    double[] latenciesMs,
    Map<CacheOutcome, Long> outcomes,
    long degraded,
    double cpuSeconds) {
  /** The latency of one page at its caller, and the outcome in the answer. */
  record Page(double latencyMs, CacheOutcome outcome, boolean degraded) {}

  static TrafficRound of(Collection<Page> pages, double seconds, double cpuSeconds) {
    if (pages.isEmpty()) {
      throw new IllegalStateException("at least one page expected in " + seconds + " s, got none");
    }
    double[] latencies = pages.stream().mapToDouble(Page::latencyMs).sorted().toArray();
    Map<CacheOutcome, Long> outcomes = new EnumMap<>(CacheOutcome.class);
    pages.forEach(page -> outcomes.merge(page.outcome(), 1L, Long::sum));
    return new TrafficRound(
        seconds, latencies, outcomes, pages.stream().filter(Page::degraded).count(), cpuSeconds);
  }

  /** Returns all rounds joined into one. */
  static TrafficRound joined(Collection<TrafficRound> rounds) {
    Map<CacheOutcome, Long> outcomes = new EnumMap<>(CacheOutcome.class);
    rounds.forEach(r -> r.outcomes.forEach((o, pages) -> outcomes.merge(o, pages, Long::sum)));
    return new TrafficRound(
        rounds.stream().mapToDouble(TrafficRound::seconds).sum(),
        rounds.stream().flatMapToDouble(r -> Arrays.stream(r.latenciesMs)).sorted().toArray(),
        outcomes,
        rounds.stream().mapToLong(TrafficRound::degraded).sum(),
        rounds.stream().mapToDouble(TrafficRound::cpuSeconds).sum());
  }

  int pages() {
    return latenciesMs.length;
  }

  public double qps() {
    return pages() / seconds;
  }

  double quantile(double q) {
    return latenciesMs[Math.max(0, (int) Math.ceil(q * pages()) - 1)];
  }

  double cpuMsPerPage() {
    return 1000 * cpuSeconds / pages();
  }

  /**
   * Returns the share of pages whose user's state was cached completely or except for the newest
   * actions.
   */
  double hitRate() {
    return (pages(CacheOutcome.HIT) + pages(CacheOutcome.APPEND)) / (double) pages();
  }

  private long pages(CacheOutcome outcome) {
    return outcomes.getOrDefault(outcome, 0L);
  }
}
