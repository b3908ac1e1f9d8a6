package io.unipin.evaluate;

/**
 * How impressions group into users and slates.
 *
 * @param users (impressions) user rows, grouped
 * @param sizes (slates) impressions of each slate, slate after slate
 * @param itemIds (impressions)
 */
public record SlateGroups(int[] users, int[] sizes, long[] itemIds) {

  /**
   * Mean of 1 / rank of the best-ranked positive over slates of two or more that have one; of equal scores the smaller item id
   * comes first. NaN without such a slate.
   */
  public double reciprocalRank(float[] scores, boolean[] labels) {
    double sum = 0;
    int slates = 0;
    int from = 0;
    for (int size : sizes) {
      int best = best(scores, labels, from, from + size);
      if (size >= 2 && best >= 0) {
        int rank = 1;
        for (int i = from; i < from + size; i++) {
          rank += precedes(i, best, scores) ? 1 : 0;
        }
        sum += 1.0 / rank;
        slates++;
      }
      from += size;
    }
    return slates == 0 ? Double.NaN : sum / slates;
  }

  private int best(float[] scores, boolean[] labels, int from, int to) {
    int best = -1;
    for (int i = from; i < to; i++) {
      if (labels[i] && (best < 0 || precedes(i, best, scores))) {
        best = i;
      }
    }
    return best;
  }

  private boolean precedes(int i, int j, float[] scores) {
    return scores[i] > scores[j] || (scores[i] == scores[j] && itemIds[i] < itemIds[j]);
  }
}
