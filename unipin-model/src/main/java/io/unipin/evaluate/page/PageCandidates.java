package io.unipin.evaluate.page;

import io.unipin.model.features.PageOrder;

/**
 * The candidates that retrieval finds for one user, with their scores, and the position of the
 * target among them. Immutable; the arrays are not copied.
 *
 * @param ids (k) item ids, in the order of retrieval
 * @param dots (k) dot product of the query and each item
 * @param probabilities (k, actions) probability of each action for each item
 * @param target index of the target; -1 if retrieval does not find it
 */
public record PageCandidates(long[] ids, float[] dots, float[] probabilities, int target) {
  public PageCandidates {
    if (dots.length != ids.length
        || (ids.length > 0 && probabilities.length % ids.length != 0)
        || target >= ids.length) {
      throw new IllegalArgumentException(
          "scores of %s candidates and a target among them expected, got %s, %s and target %s"
              .formatted(ids.length, dots.length, probabilities.length, target));
    }
  }

  public boolean findsTarget() {
    return target >= 0;
  }

  int actions() {
    return ids.length == 0 ? 0 : probabilities.length / ids.length;
  }

  /**
   * Returns the position of the target on a page in the given order; the first position is 1. The
   * order is that of serving: of two candidates with equal utilities, the candidate with the
   * smaller id comes first.
   *
   * @throws IllegalStateException if the target is not among the candidates
   */
  public int place(PageOrder order) {
    if (target < 0) {
      throw new IllegalStateException("a target among the candidates expected, got none");
    }
    float own = utility(order, target);
    int place = 1;
    for (int i = 0; i < ids.length; i++) {
      float utility = utility(order, i);
      if (utility > own || (utility == own && ids[i] < ids[target])) {
        place++;
      }
    }
    return place;
  }

  private float utility(PageOrder order, int candidate) {
    return order.utility(dots[candidate], probabilities, candidate * actions());
  }
}
