package io.unipin.serving.request;

/**
 * One run of a stage.
 *
 * @param begin nanoseconds of the request's clock
 * @param end nanoseconds of the request's clock
 */
public record StageRun(Stage stage, long begin, long end) {}
