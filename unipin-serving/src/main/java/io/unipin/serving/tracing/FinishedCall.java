package io.unipin.serving.tracing;

import io.unipin.serving.spans.EngineCall;
import java.util.List;
import java.util.Map;

/**
 * A finished call.
 *
 * @param rpc name of the method
 * @param parent the caller's W3C {@code traceparent}; empty if the caller sent none
 * @param beginNanos start by {@link System#nanoTime}
 * @param endNanos end by {@link System#nanoTime}
 * @param status {@code OK} or the kind of the failure
 * @param labels text attributes of the call and of each of its stages
 * @param counts numeric attributes of the call
 * @param stages finished stages, in order
 * @param engineCalls finished calls to external engines
 */
public record FinishedCall(
    String rpc,
    String parent,
    long beginNanos,
    long endNanos,
    String status,
    Map<String, String> labels,
    Map<String, Long> counts,
    List<FinishedStage> stages,
    List<EngineCall> engineCalls) {
  public static final String OK = "OK";

  public FinishedCall {
    labels = Map.copyOf(labels);
    counts = Map.copyOf(counts);
    stages = List.copyOf(stages);
    engineCalls = List.copyOf(engineCalls);
  }
}
