package io.unipin.cli.statistics;

/** A confidence interval. */
public record Interval(double low, double high) {
  /** Returns the interval from {@code centre - radius} to {@code centre + radius}. */
  public static Interval around(double centre, double radius) {
    return new Interval(centre - radius, centre + radius);
  }

  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
