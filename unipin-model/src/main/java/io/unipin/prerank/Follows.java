package io.unipin.prerank;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The items that follow a user's last positive items, each with its score. Immutable; the record
 * owns its arrays.
 *
 * @param rows distinct catalogue rows, ascending
 * @param scores (rows) sums of strengths; strengths of followers of earlier items count less
 */
public record Follows(int[] rows, float[] scores) {
  /** The result for a user without positive items. */
  public static final Follows NONE = new Follows(new int[0], new float[0]);

  /** Returns the score of an item; 0 if the item follows none of the user's last items. */
  public float score(int row) {
    int at = Arrays.binarySearch(rows, row);
    return at < 0 ? 0 : scores[at];
  }

  /**
   * Returns the rows of the best items, best first. Of two items with equal scores, the one with
   * the smaller row comes first.
   */
  public int[] best(int most) {
    return IntStream.range(0, rows.length)
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(at -> -scores[at]).thenComparingInt(at -> at))
        .limit(most)
        .mapToInt(at -> rows[at])
        .toArray();
  }
}
