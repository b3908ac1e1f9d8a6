package io.unipin.serving.slate;

import java.util.Arrays;

/** Turns upper bounds of items' utilities into the probabilities of a draw. */
public final class Softmax {
  /** An item whose probability would be smaller than this gets the probability 0. */
  private static final double LEAST = 1e-6;

  private Softmax() {}

  /**
   * Returns the upper bound of an item's utility. The bonus shrinks with the root of the item's
   * impressions, like the error of an estimated rate.
   */
  public static double upperBound(double utility, long impressions, double bonus) {
    return utility + bonus / Math.sqrt(1.0 + impressions);
  }

  /**
   * Returns probabilities (items) that add up to 1, in proportion to exp(bound / temperature). A
   * probability below a millionth becomes 0, and the other probabilities grow accordingly.
   *
   * @param bounds (items) upper bounds of at least one item
   */
  public static double[] of(double[] bounds, double temperature) {
    double most = Arrays.stream(bounds).max().orElseThrow();
    double[] weights =
        Arrays.stream(bounds).map(bound -> Math.exp((bound - most) / temperature)).toArray();
    double all = Arrays.stream(weights).sum();
    double[] kept =
        Arrays.stream(weights).map(weight -> weight < LEAST * all ? 0 : weight).toArray();
    double sum = Arrays.stream(kept).sum();
    return Arrays.stream(kept).map(weight -> weight / sum).toArray();
  }
}
