package io.unipin.model.features;

/**
 * How far ahead of a state a query's target lies, in positive actions: 0 is the next one, then 2, 3
 * to 4, 5 to 8 and 9 to 16. Queries with several offsets look for several of a user's interests
 * (PinRec, arXiv 2504.10507, has time offsets).
 */
public final class TargetOffsets {
  /** Number of offsets. */
  public static final int COUNT = 5;

  /** The farthest target. */
  public static final int FARTHEST = 1 << (COUNT - 1);

  private TargetOffsets() {}

  /** The offset of the n-th next positive action, counted from 1. */
  public static int of(int n) {
    if (n < 1 || n > FARTHEST) {
      throw new IllegalArgumentException(
          "a target 1 to %s ahead expected, got %s".formatted(FARTHEST, n));
    }
    return Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
  }
}
