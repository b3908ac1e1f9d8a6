package io.unipin.cli.statistics;

/** A confidence interval. */
public record Interval(double low, double high) {
  static Interval around(double centre, double radius) {
    return new Interval(centre - radius, centre + radius);
  }

  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
