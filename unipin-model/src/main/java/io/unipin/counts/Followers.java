package io.unipin.counts;

/**
 * For each item, the items on which users acted soon afterwards. The followers of an item are the
 * places from {@link #start} to {@link #end}, strongest first. Immutable.
 */
public final class Followers {
  /** Largest number of followers of an item. */
  public static final int MOST = 200;

  private final int[] starts;
  private final int[] items;
  private final float[] strengths;

  Followers(int[] starts, int[] items, float[] strengths) {
    this.starts = starts;
    this.items = items;
    this.strengths = strengths;
  }

  /** Returns the place of the item's first follower. */
  public int start(int item) {
    return starts[item];
  }

  /** Returns the place after the item's last follower. */
  public int end(int item) {
    return starts[item + 1];
  }

  /** Returns the catalogue row of the follower at a place. */
  public int item(int place) {
    return items[place];
  }

  /**
   * Returns how strongly the follower at a place follows: {@code log1p(1e4 C(j, i) / C(j))}, where
   * C(j) counts positive actions on the item, and C(j, i) counts those of them that a positive
   * action on the follower follows.
   */
  public float strength(int place) {
    return strengths[place];
  }
}
