package io.unipin.cli.loadtest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one step of load measured, after its warm-up.
 *
 * @param offeredQps the rate that was asked for
 * @param scheduledQps the rate of the pages really scheduled: random arrivals differ from the rate asked for
 * @param achievedQps pages that came back per second, until the last one came
 * @param latency of pages that came back, from the intended start
 * @param lateMs how late the harness itself sent, at its 99th percentile
 * @param failures pages without an answer, by kind
 * @param outcomes pages by what the user's cached state was
 * @param stagesMs mean milliseconds per stage, of pages that came back
 * @param degraded pages for which the server took a step of its degradation ladder
 * @param recorded actions that were recorded
 * @param recordFailures calls to record actions that failed
 * @param timeline per second: pages by outcome, failures included
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

  /** Share of pages whose user's state was cached, wholly or for the most part. */
  double hitRate() {
    long all = outcomes.values().stream().mapToLong(Long::longValue).sum();
    long cached = outcomes.getOrDefault("hit", 0L) + outcomes.getOrDefault("append", 0L);
    return all == 0 ? 0 : (double) cached / all;
  }

  /** Whether the server keeps up: in time, without failures, and at the rate that was sent. */
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
