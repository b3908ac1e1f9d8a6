package io.unipin.model.features;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntToLongFunction;

/** Orders candidates by a score, without an object per candidate. */
public final class BestFirst {
  private BestFirst() {}

  /**
   * Returns the indices of all candidates, ordered by their scores as {@link Float#compare} orders
   * them, highest first. Of two candidates with equal scores, the one with the smaller id comes
   * first.
   *
   * @param scores (k) scores; NaN counts as the highest
   * @param ids returns the id of the candidate with an index
   */
  public static int[] order(float[] scores, IntToLongFunction ids) {
    // The upper half of a key is smaller for a higher score. The lower half is the index.
    long[] keys = new long[scores.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) descending(scores[i]) << 32 | i;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    int end = 0;
    for (int begin = 0; begin < keys.length; begin = end) {
      while (end < keys.length && keys[begin] >> 32 == keys[end] >> 32) {
        order[end] = (int) keys[end];
        end++;
      }
      if (end > begin + 1) {
        sortById(order, begin, end, ids);
      }
    }
    return order;
  }

  /** Returns an int that is smaller the higher the score is. NaN counts as the highest score. */
  private static int descending(float score) {
    int bits = Float.floatToIntBits(score);
    return ~(bits ^ ((bits >> 31) & 0x7fff_ffff));
  }

  private static void sortById(int[] order, int begin, int end, IntToLongFunction ids) {
    Integer[] equal = Arrays.stream(order, begin, end).boxed().toArray(Integer[]::new);
    Arrays.sort(equal, Comparator.comparingLong(ids::applyAsLong));
    for (int i = begin; i < end; i++) {
      order[i] = equal[i - begin];
    }
  }
}
