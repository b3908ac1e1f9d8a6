package io.unipin.evaluate;

import io.unipin.feedlog.Catalogue;
import java.util.Arrays;

/**
 * Computes the rank of a target among all items that the user has not seen. Also finds the best of
 * these items. If two scores are equal, the smaller item id comes first.
 */
public final class TargetRank {
  private TargetRank() {}

  /**
   * Returns the target's rank. The best rank is 1.
   *
   * @param scores (items) score of each item
   * @param seen distinct rows of items that do not compete; the target is not among them
   */
  public static int of(float[] scores, int target, int[] seen, Catalogue catalogue) {
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

  /**
   * Returns the rows of the best items, best first.
   *
   * @param scores (items) score of each item
   * @param seen distinct rows of items that do not compete, ascending
   * @param most largest number of rows to return
   */
  public static int[] first(float[] scores, int[] seen, Catalogue catalogue, int most) {
    int[] best = new int[most];
    int count = 0;
    int nextSeen = 0;
    for (int item = 0; item < scores.length; item++) {
      if (nextSeen < seen.length && seen[nextSeen] == item) {
        nextSeen++;
        continue;
      }
      int place = count;
      while (place > 0 && precedes(item, best[place - 1], scores, catalogue)) {
        place--;
      }
      if (place < most) {
        count = Math.min(most, count + 1);
        System.arraycopy(best, place, best, place + 1, count - place - 1);
        best[place] = item;
      }
    }
    return Arrays.copyOf(best, count);
  }

  private static boolean precedes(int item, int target, float[] scores, Catalogue catalogue) {
    if (Float.isNaN(scores[item])) {
      throw new IllegalStateException("a score expected for item row %s, got NaN".formatted(item));
    }
    return scores[item] > scores[target]
        || (scores[item] == scores[target] && catalogue.id(item) < catalogue.id(target));
  }
}
