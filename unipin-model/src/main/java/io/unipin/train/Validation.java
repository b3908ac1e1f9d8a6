package io.unipin.train;

/**
 * Result of a validation.
 *
 * @param ndcg10 NDCG@10 of retrieval; NaN without targets
 * @param auc mean AUC over the action types; NaN without labels of both kinds
 */
public record Validation(double ndcg10, double auc) {
  /** What a checkpoint is chosen by: NDCG@10 times AUC, or the one that exists. */
  public double metric() {
    if (Double.isNaN(ndcg10)) {
      return Double.isNaN(auc) ? 0 : auc;
    }
    return Double.isNaN(auc) ? ndcg10 : ndcg10 * auc;
  }
}
