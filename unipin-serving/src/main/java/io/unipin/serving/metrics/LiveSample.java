package io.unipin.serving.metrics;

import java.util.Map;

/**
 * What a server has done since its start, at one moment; two of them tell what it did in between.
 *
 * @param timeMs since the epoch
 * @param statuses finished calls by status
 * @param pages answered RetrieveAndRank calls that took at most so many milliseconds, by that bound; {@code +Inf} for all
 * @param arms answers by arm
 * @param cache look-ups by outcome
 * @param stages seconds by stage
 * @param answers of the pipeline
 * @param degraded steps of the degradation ladder that were taken
 * @param gauges values of the moment, by name
 */
public record LiveSample(
    long timeMs,
    Map<String, Double> statuses,
    Map<String, Double> pages,
    Map<String, Double> arms,
    Map<String, Double> cache,
    Map<String, Double> stages,
    double answers,
    double degraded,
    Map<String, Double> gauges) {}
