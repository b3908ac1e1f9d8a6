package io.unipin.serving.tracing;

/**
 * A stage of a call that has ended.
 *
 * @param beginNanos of {@link System#nanoTime}
 * @param endNanos of {@link System#nanoTime}
 */
public record FinishedStage(String name, long beginNanos, long endNanos) {}
