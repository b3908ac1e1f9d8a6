package io.unipin.model.features;

/**
 * Classes of the distance between a state and a query's target, counted in positive actions.
 * Classes 0 to 4 are the distances 1 (the next positive action), 2, 3 to 4, 5 to 8 and 9 to 16.
 * Queries with different offsets look for different interests of a user. PinRec (arXiv 2504.10507)
 * uses offsets in time instead.
 */
public final class TargetOffsets {
  /** Number of classes. */
  public static final int COUNT = 5;

  /** Largest distance of a target, in positive actions. */
  public static final int FARTHEST = 1 << (COUNT - 1);

  private TargetOffsets() {}

  /** Returns the class of the n-th next positive action, where n counts from 1. */
  public static int of(int n) {
    if (n < 1 || n > FARTHEST) {
      throw new IllegalArgumentException(
          "a target 1 to %s ahead expected, got %s".formatted(FARTHEST, n));
    }
    return Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
  }
}
