package io.unipin.serving.spans;

import java.util.List;

/**
 * A finished batch of messages that was read from another engine.
 *
 * @param source source of the messages
 * @param messages number of messages
 * @param beginNanos start of the processing by {@link System#nanoTime}
 * @param endNanos end of the processing by {@link System#nanoTime}
 * @param writers W3C {@code traceparent} values of some writers of the messages, each value once
 * @param failure kind of the failure that ended the processing; empty if it ended well
 * @param engineCalls finished calls of other engines that the processing made
 */
public record FinishedBatch(
    Topic source,
    int messages,
    long beginNanos,
    long endNanos,
    List<String> writers,
    String failure,
    List<EngineCall> engineCalls) {
  /**
   * A source of messages.
   *
   * @param group name of the group of readers that share the topic; empty if each reader reads the
   *     whole topic
   */
  public record Topic(String name, String group) {}

  public FinishedBatch {
    writers = List.copyOf(writers);
    engineCalls = List.copyOf(engineCalls);
  }
}
