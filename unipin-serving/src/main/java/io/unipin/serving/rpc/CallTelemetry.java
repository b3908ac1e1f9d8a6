package io.unipin.serving.rpc;

import io.grpc.Context;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.request.PreRankTrace;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.Trace;
import io.unipin.serving.spans.EngineCalls;
import io.unipin.serving.tracing.FinishedCall;
import io.unipin.serving.tracing.FinishedStage;
import io.unipin.serving.tracing.Tracing;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reports a call's outcome to metrics and traces, on the thread that ran the call. Thread-safe. */
final class CallTelemetry {
  private final ServingMetrics metrics;
  private final Tracing tracing;

  CallTelemetry(Telemetry telemetry) {
    this.metrics = telemetry.metrics();
    this.tracing = telemetry.tracing();
  }

  /** Reports an answered call. Returns the nanoseconds of each stage. */
  Map<Stage, Long> answered(String rpc, String arm, Trace trace, StageClock clock) {
    String cache = trace.cache().name().toLowerCase(Locale.ROOT);
    Map<Stage, Long> spent = clock.spent();
    spent.forEach((stage, nanos) -> metrics.stage(stage.label(), arm, cache, nanos));
    metrics.answered(rpc, arm, cache, Arrival.of(Context.current()).age());
    metrics.read(cache, trace.historyActions(), trace.encodedActions());
    trace.degradations().forEach(step -> metrics.degraded(step, arm));
    if (tracing.enabled()) {
      Map<String, String> labels =
          new HashMap<>(
              Map.of(
                  "unipin.arm", arm,
                  "unipin.bundle", trace.bundle(),
                  "unipin.index", trace.index(),
                  "unipin.engine", trace.engine(),
                  "unipin.cache", cache,
                  "unipin.cache_reason", trace.reason().name().toLowerCase(Locale.ROOT),
                  "unipin.degradations", String.join(",", trace.degradations())));
      Map<String, Long> counts =
          new HashMap<>(
              Map.of(
                  "unipin.history_actions", (long) trace.historyActions(),
                  "unipin.encoded_actions", (long) trace.encodedActions()));
      PreRankTrace preRank = trace.preRank();
      if (preRank.ran()) {
        labels.put("unipin.pre_rank", preRank.rule());
        counts.put("unipin.pre_rank_candidates", (long) preRank.candidates());
        counts.put("unipin.pre_rank_removed", (long) preRank.removed());
      }
      tracing.record(call(rpc, FinishedCall.OK, labels, counts, stages(clock)));
    }
    return spent;
  }

  void failed(String rpc, FailureKind kind, StageClock clock) {
    if (tracing.enabled()) {
      tracing.record(call(rpc, kind.name(), Map.of(), Map.of(), stages(clock)));
    }
  }

  /**
   * Reports a call that has changed a user's history. Such a call has no stages of the pipeline.
   *
   * @param begin time at which a worker took the call, by {@link System#nanoTime}
   */
  void changed(String rpc, long begin) {
    if (tracing.enabled()) {
      List<FinishedStage> stages = List.of(new FinishedStage("change", begin, System.nanoTime()));
      tracing.record(call(rpc, FinishedCall.OK, Map.of(), Map.of(), stages));
    }
  }

  private static List<FinishedStage> stages(StageClock clock) {
    return clock.runs().stream()
        .map(run -> new FinishedStage(run.stage().label(), run.begin(), run.end()))
        .toList();
  }

  private static FinishedCall call(
      String rpc,
      String status,
      Map<String, String> labels,
      Map<String, Long> counts,
      List<FinishedStage> stages) {
    Arrival arrival = Arrival.of(Context.current());
    return new FinishedCall(
        rpc,
        arrival.traceparent(),
        arrival.nanos(),
        System.nanoTime(),
        status,
        labels,
        counts,
        stages,
        EngineCalls.soFar());
  }
}
