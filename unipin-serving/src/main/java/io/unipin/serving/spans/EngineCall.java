package io.unipin.serving.spans;

import java.util.Map;

/**
 * A finished call to an external engine.
 *
 * @param engine name of the engine, such as {@code redis}
 * @param operation name of the operation, such as {@code history read}
 * @param beginNanos start by {@link System#nanoTime}
 * @param endNanos end by {@link System#nanoTime}
 * @param labels further attributes, without data of users
 */
public record EngineCall(
    String engine, String operation, long beginNanos, long endNanos, Map<String, String> labels) {
  public EngineCall {
    labels = Map.copyOf(labels);
  }
}
