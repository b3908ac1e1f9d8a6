package io.unipin.train;

/**
 * Result of a validation.
 *
 * @param ndcg10 NDCG@10 of retrieval; NaN without targets
 * @param auc of the recipe's one action; NaN without labels of both kinds. A mean over all would be the noise of the rare ones
 */
public record Validation(double ndcg10, double auc) {
  /** Where retrieval finds little, its few hits, which differ by chance, must not outweigh ranking. */
  private static final double LITTLE = 0.05;

  /** The AUC of a ranking by chance. */
  private static final double CHANCE = 0.5;

  private static final double LEAST = 0.001;

  /**
   * What a checkpoint is chosen by: (NDCG@10 + 0.05) times (AUC - 0.5), both counted from what chance reaches, or the one that
   * exists; 0 without any. Never negative.
   */
  public double metric() {
    double ranking = Math.max(auc - CHANCE, LEAST);
    if (Double.isNaN(ndcg10)) {
      return Double.isNaN(auc) ? 0 : ranking;
    }
    return Double.isNaN(auc) ? ndcg10 : (ndcg10 + LITTLE) * ranking;
  }
}
