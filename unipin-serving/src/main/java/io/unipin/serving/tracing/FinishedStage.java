package io.unipin.serving.tracing;

import io.unipin.serving.spans.EngineCall;

/**
 * A finished stage of a call.
 *
 * @param beginNanos start by {@link System#nanoTime}
 * @param endNanos end by {@link System#nanoTime}
 */
public record FinishedStage(String name, long beginNanos, long endNanos) {
  /** Whether this call to an external engine was made in this stage. */
  boolean contains(EngineCall call) {
    return beginNanos <= call.beginNanos() && call.endNanos() <= endNanos;
  }
}
