package io.unipin.cli.loadtest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Collects the answers of one step. Thread-safe.
 *
 * <p>Calls that were due during the warm-up are counted only in the timeline.
 */
final class StepRecorder {
  private static final long SECOND = 1_000_000_000L;
  private static final double MILLI = 1e6;

  private final long warmUpNanos;
  private final long lengthNanos;
  private final Histogram latencies = new Histogram(3);
  private final Histogram lateness = new Histogram(3);
  private final Map<String, Long> failures = new TreeMap<>();
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final Map<String, Double> stages = new LinkedHashMap<>();
  private final List<Map<String, Long>> timeline = new ArrayList<>();
  private long pages;
  private long degraded;
  private long recorded;
  private long recordFailures;
  private long lastAnswer;

  StepRecorder(long warmUpNanos, long lengthNanos) {
    this.warmUpNanos = warmUpNanos;
    this.lengthNanos = lengthNanos;
    for (long at = 0; at < lengthNanos; at += SECOND) {
      timeline.add(new TreeMap<>());
    }
  }

  /** Notes that a call was sent. Both times are nanoseconds from the beginning of the step. */
  synchronized void sent(long intended, long at) {
    if (intended >= warmUpNanos) {
      lateness.recordValue(Math.max(0, at - intended));
    }
  }

  /**
   * Notes a page or the failure of its call. Both times are nanoseconds from the beginning of the
   * step.
   */
  synchronized void page(long intended, long at, Reply reply) {
    String label = reply.isFailure() ? "failed" : reply.outcome();
    timeline.get((int) (intended / SECOND)).merge(label, 1L, Long::sum);
    if (intended < warmUpNanos) {
      return;
    }
    pages++;
    if (reply.isFailure()) {
      failures.merge(reply.failure(), 1L, Long::sum);
      return;
    }
    latencies.recordValue(Math.max(0, at - intended));
    lastAnswer = Math.max(lastAnswer, at);
    outcomes.merge(reply.outcome(), 1L, Long::sum);
    reply.stagesMs().forEach((stage, ms) -> stages.merge(stage, ms, Double::sum));
    degraded += reply.degraded() ? 1 : 0;
  }

  synchronized void recorded(long intended, int actions, String failure) {
    if (intended < warmUpNanos) {
      return;
    }
    if (failure.isEmpty()) {
      recorded += actions;
    } else {
      recordFailures++;
    }
  }

  synchronized StepResult result(double offeredQps) {
    double window = (lengthNanos - warmUpNanos) / (double) SECOND;
    double untilLast = (Math.max(lastAnswer, lengthNanos) - warmUpNanos) / (double) SECOND;
    long answered = latencies.getTotalCount();
    Map<String, Double> means = new LinkedHashMap<>();
    stages.forEach((stage, sum) -> means.put(stage, sum / answered));
    return new StepResult(
        offeredQps,
        pages / window,
        answered / untilLast,
        pages,
        new StepResult.Latency(
            answered == 0 ? 0 : latencies.getMean() / MILLI,
            percentile(latencies, 50),
            percentile(latencies, 90),
            percentile(latencies, 99),
            percentile(latencies, 99.9),
            latencies.getMaxValue() / MILLI),
        percentile(lateness, 99),
        new TreeMap<>(failures),
        new TreeMap<>(outcomes),
        means,
        degraded,
        recorded,
        recordFailures,
        timeline.stream().<Map<String, Long>>map(TreeMap::new).toList());
  }

  private static double percentile(Histogram histogram, double percent) {
    return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percent) / MILLI;
  }
}
