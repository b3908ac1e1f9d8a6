package io.unipin.cli.report;

import io.unipin.cli.statistics.Linearised;
import java.util.Arrays;

/**
 * The sums of each user of one arm: the numerator and the denominator of a metric, each before and
 * after the user's first exposure. Not thread-safe.
 */
final class UnitSums {
  private double[][] columns = new double[4][64];
  private int size;

  void add(double above, double below, double pastAbove, double pastBelow) {
    if (size == columns[0].length) {
      for (int column = 0; column < columns.length; column++) {
        columns[column] = Arrays.copyOf(columns[column], 2 * size);
      }
    }
    columns[0][size] = above;
    columns[1][size] = below;
    columns[2][size] = pastAbove;
    columns[3][size] = pastBelow;
    size++;
  }

  int size() {
    return size;
  }

  private double[] column(int column) {
    return Arrays.copyOf(columns[column], size);
  }

  private double sum(int column) {
    return Arrays.stream(columns[column], 0, size).sum();
  }

  boolean isDefined() {
    return sum(1) > 0;
  }

  /** Returns one number per user. The mean of these numbers is the metric. */
  double[] metric() {
    return Linearised.of(column(0), column(1));
  }

  double pastAbove() {
    return sum(2);
  }

  double pastBelow() {
    return sum(3);
  }

  /**
   * Returns one number per user for the past, or zeros if there is no past. All arms share the
   * ratio and the mean denominator.
   */
  double[] past(double ratio, double meanBelow) {
    return meanBelow == 0
        ? new double[size]
        : Linearised.around(column(2), column(3), ratio, meanBelow);
  }
}
