package io.unipin.evaluate;

/**
 * How well one ranker predicts one action on held-out slates. NaN where a figure is not defined.
 *
 * @param auc over all impressions, ties counting one half
 * @param gauc AUC within users, weighted by impressions, over users with both classes
 * @param logLoss in nats; like the next two only of a ranker that gives probabilities, of those at the positions where the
 *     impressions were shown, and only where some impressions have the action and some do not
 * @param normalisedEntropy log loss over that of the part's base rate
 * @param calibrationError 15 bins of equal mass
 * @param slateMrr mean reciprocal rank of the first impression with the action, in slates of two or more that have one
 */
public record RankingRow(
    double auc,
    double gauc,
    double logLoss,
    double normalisedEntropy,
    double calibrationError,
    double slateMrr) {

  /**
   * Of a ranker that gives probabilities.
   *
   * @param ranking (impressions) probabilities that rank
   * @param shown (impressions) probabilities at the positions where they were shown
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
