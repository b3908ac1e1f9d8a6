package io.unipin.cli.loadtest;

import java.util.OptionalDouble;

/**
 * Finds the highest rate that a server sustains. Not thread-safe.
 *
 * <p>The search raises the rate until the server does not sustain it. Then the search halves the
 * interval between the highest sustained rate and the lowest failed rate, on a logarithmic scale.
 */
final class SaturationSearch {
  private static final int DOWN = 5;

  private final double growth;
  private final int refinements;
  private double next;
  private double kept;
  private double lost = Double.POSITIVE_INFINITY;
  private int refined;
  private int down;

  SaturationSearch(double start, double growth, int refinements) {
    if (!(start > 0 && growth > 1 && refinements >= 0 && Double.isFinite(start * growth))) {
      throw new IllegalArgumentException(
          "finite --start above 0, --growth above 1 and --refine of 0 or more expected, got %s, %s and %s"
              .formatted(start, growth, refinements));
    }
    this.next = start;
    this.growth = growth;
    this.refinements = refinements;
  }

  /** Returns the rate to try next, or empty when the search is over. */
  OptionalDouble next() {
    return Double.isNaN(next) ? OptionalDouble.empty() : OptionalDouble.of(next);
  }

  void tried(double rate, boolean keeps) {
    if (keeps) {
      kept = Math.max(kept, rate);
    } else {
      lost = Math.min(lost, rate);
    }
    if (Double.isInfinite(lost)) {
      next = kept * growth;
    } else if (kept == 0) {
      next = ++down > DOWN ? Double.NaN : lost / 2;
    } else {
      next = refined++ < refinements ? Math.sqrt(kept * lost) : Double.NaN;
    }
  }

  /** Returns the highest sustained rate, or empty if the server sustained no rate. */
  OptionalDouble highest() {
    return kept == 0 ? OptionalDouble.empty() : OptionalDouble.of(kept);
  }
}
