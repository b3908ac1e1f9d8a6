package io.unipin.train;

/**
 * Result of a validation.
 *
 * @param ndcg10 NDCG@10 of retrieval; NaN without targets
 * @param auc AUC of the recipe's chosen action; NaN unless both classes occur. A mean over all
 *     actions would be dominated by the noise of rare actions.
 */
public record Validation(double ndcg10, double auc) {
  /**
   * Constant that is added to NDCG@10. If retrieval finds few targets, chance decides how many it
   * finds. The constant keeps such small numbers from outweighing the AUC.
   */
  private static final double LITTLE = 0.05;

  /** AUC of a random ranking. */
  private static final double CHANCE = 0.5;

  private static final double LEAST = 0.001;

  /**
   * Returns the number by which a checkpoint is chosen: (NDCG@10 + 0.05) times (AUC - 0.5). If only
   * one of the two is defined, returns NDCG@10 or AUC - 0.5. If neither is defined, returns 0. The
   * result is never negative.
   */
  public double metric() {
    double ranking = Math.max(auc - CHANCE, LEAST);
    if (Double.isNaN(ndcg10)) {
      return Double.isNaN(auc) ? 0 : ranking;
    }
    return Double.isNaN(auc) ? ndcg10 : (ndcg10 + LITTLE) * ranking;
  }
}
