package io.unipin.evaluate;

import io.unipin.feedlog.Catalogue;

/**
 * Computes the rank of a target among all items that the user has not seen. Of equal scores the
 * smaller item id comes first.
 */
final class TargetRank {
  private TargetRank() {}

  /**
   * Returns the target's rank, from 1.
   *
   * @param scores (items)
   * @param seen distinct rows that do not compete; does not contain the target
   */
  static int of(float[] scores, int target, int[] seen, Catalogue catalogue) {
    int better = 0;
    for (int item = 0; item < scores.length; item++) {
      if (precedes(item, target, scores, catalogue)) {
        better++;
      }
    }
    for (int item : seen) {
      if (precedes(item, target, scores, catalogue)) {
        better--;
      }
    }
    return 1 + better;
  }

  private static boolean precedes(int item, int target, float[] scores, Catalogue catalogue) {
    if (Float.isNaN(scores[item])) {
      throw new IllegalStateException("a score expected for item row %s, got NaN".formatted(item));
    }
    return scores[item] > scores[target]
        || (scores[item] == scores[target] && catalogue.id(item) < catalogue.id(target));
  }
}
