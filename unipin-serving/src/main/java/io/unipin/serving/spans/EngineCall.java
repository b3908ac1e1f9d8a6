package io.unipin.serving.spans;

import java.util.Map;

/**
 * A finished call of another engine.
 *
 * @param engine name of the engine, such as {@code redis}
 * @param operation what the engine was asked for, such as {@code history read}
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
