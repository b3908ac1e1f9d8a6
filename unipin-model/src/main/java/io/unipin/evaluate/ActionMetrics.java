package io.unipin.evaluate;

/**
 * Ranking metrics of one action. Immutable.
 *
 * @param action name
 * @param positives impressions that got it
 * @param baseRate their share
 * @param bias the user+item-bias baseline
 * @param popularity the popularity baseline, which gives scores and no probabilities
 * @param gain AUC of the model minus that of the bias baseline
 */
public record ActionMetrics(
    String action,
    long positives,
    double baseRate,
    RankingRow model,
    RankingRow bias,
    RankingRow popularity,
    PairedBootstrap.Difference gain) {}
