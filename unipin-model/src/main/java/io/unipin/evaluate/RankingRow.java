package io.unipin.evaluate;

/**
 * Metrics of one ranker's predictions of one action on held-out slates. A figure that is not
 * defined is NaN.
 *
 * <p>{@code logLoss}, {@code normalisedEntropy} and {@code calibrationError} are defined only for a
 * ranker that gives probabilities, and only if impressions of both classes occur. These three
 * figures use probabilities that were computed for the position at which each impression was shown.
 *
 * @param auc AUC over all impressions; a pair of equal scores counts one half
 * @param gauc mean of the users' own AUCs, weighted by impressions, over users with both classes
 * @param logLoss log loss in nats
 * @param normalisedEntropy log loss divided by the log loss of always predicting the part's base
 *     rate
 * @param calibrationError calibration error over 15 bins with equal numbers of impressions
 * @param slateMrr 1 / rank of the best-ranked impression that got the action, averaged over slates.
 *     A slate counts only if it has at least two impressions and one of them got the action
 */
public record RankingRow(
    double auc,
    double gauc,
    double logLoss,
    double normalisedEntropy,
    double calibrationError,
    double slateMrr) {

  /**
   * Returns the metrics of a ranker that gives probabilities.
   *
   * @param ranking (impressions) probabilities that rank the candidates
   * @param shown (impressions) probabilities that were computed for the position at which each
   *     impression was shown
   */
  public static RankingRow ofProbabilities(
      float[] ranking, float[] shown, boolean[] labels, SlateGroups groups) {
    double auc = BinaryMetrics.auc(ranking, labels);
    boolean bothClasses = !Double.isNaN(auc);
    return new RankingRow(
        auc,
        BinaryMetrics.groupedAuc(ranking, labels, groups.users()),
        bothClasses ? BinaryMetrics.logLoss(shown, labels) : Double.NaN,
        BinaryMetrics.normalisedEntropy(shown, labels),
        bothClasses ? BinaryMetrics.calibrationError(shown, labels) : Double.NaN,
        groups.reciprocalRank(ranking, labels));
  }

  static RankingRow ofScores(float[] scores, boolean[] labels, SlateGroups groups) {
    return new RankingRow(
        BinaryMetrics.auc(scores, labels),
        BinaryMetrics.groupedAuc(scores, labels, groups.users()),
        Double.NaN,
        Double.NaN,
        Double.NaN,
        groups.reciprocalRank(scores, labels));
  }
}
