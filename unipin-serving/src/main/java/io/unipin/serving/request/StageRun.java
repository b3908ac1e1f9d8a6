package io.unipin.serving.request;

/**
 * One run of a stage.
 *
 * @param begin start in nanoseconds of the request's clock
 * @param end end in nanoseconds of the request's clock
 */
public record StageRun(Stage stage, long begin, long end) {}
