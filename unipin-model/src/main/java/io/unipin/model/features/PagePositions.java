package io.unipin.model.features;

/**
 * Where on a page an impression was shown: its place from 0, all far ones together. A candidate's
 * position is known in training, so that what it owes to its place is not put down to the item, and
 * is the first one when serving.
 */
public final class PagePositions {
  /** Number of positions that are told apart. */
  public static final int COUNT = 32;

  private PagePositions() {}

  /** The class of a place, counted from 0. */
  public static int of(int place) {
    if (place < 0) {
      throw new IllegalArgumentException("a place from 0 expected, got " + place);
    }
    return Math.min(place, COUNT - 1);
  }
}
