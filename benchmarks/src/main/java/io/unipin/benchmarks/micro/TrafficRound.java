package io.unipin.benchmarks.micro;

import java.util.Arrays;
import java.util.Collection;

/**
 * What one round of traffic measured.
 *
 * @param latenciesMs of all pages, ascending; owned
 * @param hits pages whose user's state was cached in whole or for all but the newest actions
 * @param cpuSeconds of the process: server and callers
 */
record TrafficRound(double seconds, double[] latenciesMs, long hits, double cpuSeconds) {
  /** What a caller saw of one page. */
  record Page(double latencyMs, boolean hit) {}

  static TrafficRound of(Collection<Page> pages, double seconds, double cpuSeconds) {
    if (pages.isEmpty()) {
      throw new IllegalStateException("at least one page expected in " + seconds + " s, got none");
    }
    double[] latencies = pages.stream().mapToDouble(Page::latencyMs).sorted().toArray();
    return new TrafficRound(
        seconds, latencies, pages.stream().filter(Page::hit).count(), cpuSeconds);
  }

  /** All rounds as one. */
  static TrafficRound joined(Collection<TrafficRound> rounds) {
    return new TrafficRound(
        rounds.stream().mapToDouble(TrafficRound::seconds).sum(),
        rounds.stream().flatMapToDouble(r -> Arrays.stream(r.latenciesMs)).sorted().toArray(),
        rounds.stream().mapToLong(TrafficRound::hits).sum(),
        rounds.stream().mapToDouble(TrafficRound::cpuSeconds).sum());
  }

  int pages() {
    return latenciesMs.length;
  }

  double qps() {
    return pages() / seconds;
  }

  double quantile(double q) {
    return latenciesMs[Math.max(0, (int) Math.ceil(q * pages()) - 1)];
  }

  double cpuMsPerPage() {
    return 1000 * cpuSeconds / pages();
  }

  double hitRate() {
    return hits / (double) pages();
  }
}
