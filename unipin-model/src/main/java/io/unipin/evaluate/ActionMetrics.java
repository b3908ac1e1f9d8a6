package io.unipin.evaluate;

/**
 * Ranking metrics of one action type. Immutable.
 *
 * @param action name of the action type
 * @param positives number of impressions that got the action
 * @param baseRate share of the impressions that got the action
 * @param bias figures of the user+item-bias baseline
 * @param popularity figures of the popularity baseline; figures that need probabilities are not
 *     defined, because this baseline gives only scores
 * @param gain AUC of the model minus AUC of the bias baseline
 */
public record ActionMetrics(
    String action,
    long positives,
    double baseRate,
    RankingRow model,
    RankingRow bias,
    RankingRow popularity,
    PairedBootstrap.Difference gain) {}
