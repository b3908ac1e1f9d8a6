package io.unipin.cli.demo;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.server.SlateText;
import io.unipin.proto.v1.Served;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The figures of a burst.
 *
 * @param requests number of RetrieveAndRank calls that were answered
 * @param p50Ms median latency at the client
 * @param p99Ms 99th percentile of the latency at the client
 * @param cache number of requests per cache outcome
 * @param stagesMs mean milliseconds of each stage
 */
record BurstResult(
    long requests,
    double seconds,
    double p50Ms,
    double p99Ms,
    Map<String, Long> cache,
    Map<String, Double> stagesMs) {

  double qps() {
    return requests / seconds;
  }

  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("qps", qps());
    figures.put("p50_ms", p50Ms);
    figures.put("p99_ms", p99Ms);
    figures.put("requests", requests);
    figures.put("seconds", seconds);
    figures.put("cache", cache);
    return figures;
  }

  /** Collects the figures of requests. Not thread-safe. */
  static final class Recorder {
    private long[] nanos = new long[1024];
    private int count;
    private final Map<String, Long> cache = new TreeMap<>();
    private final Map<String, Double> stages = new TreeMap<>();

    void record(long took, Served served) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = took;
      cache.merge(SlateText.cache(served), 1L, Long::sum);
      served.getStagesMsMap().forEach((stage, ms) -> stages.merge(stage, ms, Double::sum));
    }

    void add(Recorder other) {
      long[] joined = Arrays.copyOf(nanos, Math.max(1, count + other.count));
      System.arraycopy(other.nanos, 0, joined, count, other.count);
      nanos = joined;
      count += other.count;
      other.cache.forEach((outcome, n) -> cache.merge(outcome, n, Long::sum));
      other.stages.forEach((stage, ms) -> stages.merge(stage, ms, Double::sum));
    }

    BurstResult result(double seconds) {
      if (count == 0) {
        throw new CommandException("the burst got no answer");
      }
      long[] sorted = Arrays.copyOf(nanos, count);
      Arrays.sort(sorted);
      Map<String, Double> means = new TreeMap<>();
      stages.forEach((stage, ms) -> means.put(stage, ms / count));
      return new BurstResult(
          count, seconds, quantile(sorted, 0.5), quantile(sorted, 0.99), cache, means);
    }

    private static double quantile(long[] sorted, double q) {
      int rank = (int) Math.ceil(q * sorted.length) - 1;
      return sorted[Math.max(0, rank)] / 1e6;
    }
  }
}
