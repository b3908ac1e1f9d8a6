package io.unipin.model.features;

/**
 * Classes of an impression's position on a page. Positions are counted from 0, and all positions
 * from {@code COUNT - 1} on share the last class. Training gives the model each candidate's
 * position, so the model does not attribute the effect of the position to the item. Serving uses
 * the first position for all candidates.
 */
public final class PagePositions {
  /** Number of classes. */
  public static final int COUNT = 32;

  private PagePositions() {}

  /** Returns the class of a position. */
  public static int of(int place) {
    if (place < 0) {
      throw new IllegalArgumentException("a place from 0 expected, got " + place);
    }
    return Math.min(place, COUNT - 1);
  }
}
