package io.unipin.cli.loadtest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of one step of load after its warm-up.
 *
 * @param offeredQps requested rate in pages per second
 * @param scheduledQps rate of the scheduled pages; random arrivals make it differ from the
 *     requested rate
 * @param achievedQps pages per second that came back, measured until the last page came back
 * @param latency latency of the pages that came back, counted from the intended start of the call
 * @param lateMs 99th percentile of the milliseconds by which the harness sent a call late
 * @param failures number of page requests that failed, by the kind of the failure
 * @param outcomes number of pages by the cache outcome for the user's state
 * @param stagesMs mean milliseconds per stage, over the pages that came back
 * @param degraded number of pages for which the server took a step of its degradation ladder
 * @param recorded number of recorded actions
 * @param recordFailures number of failed calls to record actions
 * @param timeline number of pages by outcome for each second; a failure is an outcome as well
 */
public record StepResult(
    double offeredQps,
    double scheduledQps,
    double achievedQps,
    long pages,
    Latency latency,
    double lateMs,
    Map<String, Long> failures,
    Map<String, Long> outcomes,
    Map<String, Double> stagesMs,
    long degraded,
    long recorded,
    long recordFailures,
    List<Map<String, Long>> timeline) {
  private static final List<String> HITS = List.of("hit", "append", "reload");

  public record Latency(double mean, double p50, double p90, double p99, double p999, double max) {
    public Map<String, Double> toJson() {
      Map<String, Double> json = new LinkedHashMap<>();
      json.put("mean_ms", mean);
      json.put("p50_ms", p50);
      json.put("p90_ms", p90);
      json.put("p99_ms", p99);
      json.put("p999_ms", p999);
      json.put("max_ms", max);
      return json;
    }
  }

  long failed() {
    return failures.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns the share of pages for which the server did not encode the whole history. It found the
   * user's state, or the first part of it, in the cache or in a tier below the cache.
   */
  double hitRate() {
    long all = outcomes.values().stream().mapToLong(Long::longValue).sum();
    long cached = HITS.stream().mapToLong(outcome -> outcomes.getOrDefault(outcome, 0L)).sum();
    return all == 0 ? 0 : (double) cached / all;
  }

  /**
   * Returns whether the server keeps up. This requires that its p99 is within the bound and that at
   * most one page in 1,000 failed. Pages must also come back at 90 % of the scheduled rate or more.
   */
  boolean keeps(double p99BoundMs) {
    return pages > failed()
        && latency.p99() <= p99BoundMs
        && failed() <= pages * 0.001
        && achievedQps >= 0.9 * scheduledQps;
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("offered_qps", offeredQps);
    json.put("scheduled_qps", scheduledQps);
    json.put("achieved_qps", achievedQps);
    json.put("pages", pages);
    json.put("latency", latency.toJson());
    json.put("late_p99_ms", lateMs);
    json.put("failures", failures);
    json.put("outcomes", outcomes);
    json.put("hit_rate", hitRate());
    json.put("stages_ms", stagesMs);
    json.put("degraded", degraded);
    json.put("recorded", recorded);
    json.put("record_failures", recordFailures);
    json.put("timeline", timeline);
    return json;
  }
}
