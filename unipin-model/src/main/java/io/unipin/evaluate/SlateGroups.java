package io.unipin.evaluate;

/**
 * Groups of impressions by user and by slate.
 *
 * @param users (impressions) user rows; impressions of one user are adjacent
 * @param sizes (slates) number of impressions of each slate, in the order of the impressions
 * @param itemIds (impressions) item ids
 */
public record SlateGroups(int[] users, int[] sizes, long[] itemIds) {

  /**
   * Returns the mean of 1 / rank of a slate's best-ranked positive. The mean is over the slates
   * that contain a positive and have at least two impressions. If two scores are equal, the smaller
   * item id comes first. Returns NaN if there is no such slate.
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
