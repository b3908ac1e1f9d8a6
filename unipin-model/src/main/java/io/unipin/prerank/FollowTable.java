package io.unipin.prerank;

import java.util.Arrays;

/**
 * For each item, the items on which users acted positively soon afterwards. An item's followers are
 * stored one after the other, strongest first. Immutable; the table owns its arrays.
 */
public final class FollowTable {
  /** Largest number of followers of an item. */
  public static final int MOST = 50;

  /** Number of a user's last positive items whose followers are read. */
  public static final int LAST = 3;

  /**
   * The strengths of an item's followers are multiplied by this factor once for each later positive
   * item.
   */
  private static final float DECAY = 0.7f;

  private final int[] starts;
  private final int[] rows;
  private final float[] strengths;

  /**
   * Creates a table.
   *
   * @param starts (items + 1) index of each item's first follower
   * @param rows (followers) catalogue rows
   * @param strengths (followers) strength of each follower
   */
  FollowTable(int[] starts, int[] rows, float[] strengths) {
    this.starts = starts;
    this.rows = rows;
    this.strengths = strengths;
  }

  /** Returns the number of items of the catalogue for which this table was made. */
  public int items() {
    return starts.length - 1;
  }

  /** Returns the number of followers of all items together. */
  int size() {
    return rows.length;
  }

  int start(int item) {
    return starts[item];
  }

  int row(int place) {
    return rows[place];
  }

  float strength(int place) {
    return strengths[place];
  }

  /**
   * Returns the followers of the last {@link #LAST} distinct positive items that the catalogue
   * knows. Takes O(LAST MOST log(LAST MOST)).
   *
   * @param positives catalogue rows, oldest first; rows outside of the catalogue are skipped
   */
  public Follows of(int[] positives) {
    int[] last = last(positives);
    int count = 0;
    for (int item : last) {
      count += starts[item + 1] - starts[item];
    }
    int[] found = new int[count];
    int filled = 0;
    for (int item : last) {
      int length = starts[item + 1] - starts[item];
      System.arraycopy(rows, starts[item], found, filled, length);
      filled += length;
    }
    int[] distinct = Arrays.stream(found).sorted().distinct().toArray();
    float[] scores = new float[distinct.length];
    float factor = 1;
    for (int item : last) {
      for (int place = starts[item]; place < starts[item + 1]; place++) {
        scores[Arrays.binarySearch(distinct, rows[place])] += factor * strengths[place];
      }
      factor *= DECAY;
    }
    return new Follows(distinct, scores);
  }

  /** Returns the last distinct items that the table knows, newest first. */
  private int[] last(int[] positives) {
    int[] last = new int[LAST];
    int count = 0;
    for (int i = positives.length - 1; i >= 0 && count < LAST; i--) {
      int item = positives[i];
      boolean known = item >= 0 && item < items();
      if (known && Arrays.stream(last, 0, count).noneMatch(other -> other == item)) {
        last[count++] = item;
      }
    }
    return Arrays.copyOf(last, count);
  }
}
