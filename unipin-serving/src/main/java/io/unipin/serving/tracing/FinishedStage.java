package io.unipin.serving.tracing;

/**
 * A finished stage of a call.
 *
 * @param beginNanos start by {@link System#nanoTime}
 * @param endNanos end by {@link System#nanoTime}
 */
public record FinishedStage(String name, long beginNanos, long endNanos) {}
