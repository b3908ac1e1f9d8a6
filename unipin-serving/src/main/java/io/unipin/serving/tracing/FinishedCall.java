package io.unipin.serving.tracing;

import java.util.List;
import java.util.Map;

/**
 * A call that has ended.
 *
 * @param rpc name of the method
 * @param parent the caller's W3C {@code traceparent}; empty without one
 * @param beginNanos of {@link System#nanoTime}
 * @param endNanos of {@link System#nanoTime}
 * @param status {@code OK} or the kind of the failure
 * @param labels that the call and each of its stages carry
 * @param counts that the call carries
 * @param stages in order
 */
public record FinishedCall(
    String rpc,
    String parent,
    long beginNanos,
    long endNanos,
    String status,
    Map<String, String> labels,
    Map<String, Long> counts,
    List<FinishedStage> stages) {
  public static final String OK = "OK";

  public FinishedCall {
    labels = Map.copyOf(labels);
    counts = Map.copyOf(counts);
    stages = List.copyOf(stages);
  }
}
