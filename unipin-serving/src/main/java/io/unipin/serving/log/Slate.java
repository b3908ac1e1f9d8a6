package io.unipin.serving.log;

/**
 * One page as it was served.
 *
 * @param id id of the request
 * @param items item ids in displayed order; the array is not copied
 */
public record Slate(
    String id,
    String user,
    long timeMs,
    String surface,
    String arm,
    String bundle,
    String index,
    long[] items) {}
