package io.unipin.counts;

/**
 * For each item, the items on which users acted positively soon afterwards. All followers are in
 * one sequence: those of an item stand from {@link #start} (inclusive) to {@link #end} (exclusive),
 * strongest first. Immutable; the arrays are read-only.
 */
public final class Followers {
  /** Largest number of an item's followers. */
  public static final int MOST = 200;

  /**
   * An item follows another if the same user acts on it at most this many positive actions later.
   */
  static final int APART = 5;

  private static final double SCALE = 1e4;

  private final int[] leaders;
  private final int[] starts;
  private final int[] items;
  private final int[] counts;
  private final float[] strengths;

  /**
   * Creates the followers. The arrays are not copied.
   *
   * @param leaders (items) C(j): number of positive actions on each item
   * @param starts (items + 1) index of each item's first follower, then the number of followers
   * @param items (followers) catalogue rows of the followers
   * @param counts (followers) C(j, i): how often the follower i came after j
   */
  Followers(int[] leaders, int[] starts, int[] items, int[] counts) {
    this.leaders = leaders;
    this.starts = starts;
    this.items = items;
    this.counts = counts;
    this.strengths = new float[items.length];
    for (int leader = 0; leader < leaders.length; leader++) {
      for (int place = starts[leader]; place < starts[leader + 1]; place++) {
        strengths[place] = (float) Math.log1p(SCALE * counts[place] / leaders[leader]);
      }
    }
  }

  /** Returns the number of items. */
  int items() {
    return leaders.length;
  }

  /** Returns C(j), the number of positive actions on an item; 0 if it has no followers. */
  int leader(int item) {
    return leaders[item];
  }

  /** Returns the index of the item's first follower. */
  public int start(int item) {
    return starts[item];
  }

  /** Returns the index after the item's last follower. */
  public int end(int item) {
    return starts[item + 1];
  }

  /** Returns the catalogue row of the follower at an index. */
  public int item(int place) {
    return items[place];
  }

  /** Returns C(j, i), how often the follower at an index came after the item that it follows. */
  int count(int place) {
    return counts[place];
  }

  /**
   * Returns the strength of the follower at an index: {@code log1p(1e4 C(j, i) / C(j))}. C(j) is
   * the number of positive actions on the item j. C(j, i) is the number of pairs of such an action
   * and a later action on the follower i. The later action must be one of the same user's next 5
   * positive actions.
   */
  public float strength(int place) {
    return strengths[place];
  }

  long bytes() {
    return Integer.BYTES * (2L * leaders.length + 3L * items.length);
  }
}
