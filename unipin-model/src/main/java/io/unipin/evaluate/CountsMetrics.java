package io.unipin.evaluate;

/**
 * Metrics of {@code CountsBaseline} for one action, and how much better the model is. Immutable.
 *
 * @param action name of the action type
 * @param row figures of the baseline
 * @param gain GAUC of the model minus GAUC of the baseline
 */
public record CountsMetrics(String action, RankingRow row, PairedBootstrap.Difference gain) {}
