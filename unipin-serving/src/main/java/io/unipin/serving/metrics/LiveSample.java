package io.unipin.serving.metrics;

import java.util.Map;

/**
 * The values of a server's metrics at one moment, counted since the start of the server. The
 * difference of two samples counts the events between the samples.
 *
 * @param timeMs time of the sample in milliseconds since the epoch
 * @param statuses number of finished calls by status
 * @param pages number of answered RetrieveAndRank calls by upper bound of their time in
 *     milliseconds; {@code +Inf} counts all calls
 * @param arms number of answers by arm
 * @param cache number of look-ups by outcome
 * @param stages total seconds by stage
 * @param answers number of answers of the pipeline
 * @param degraded number of degradations of answers, such as steps of the degradation ladder
 * @param gauges current values by name
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
