package io.unipin.cli.statistics;

/**
 * Computes count, mean and variance of a stream of numbers without storing the numbers (Welford,
 * 1962). Not thread-safe.
 */
public final class Moments {
  private long count;
  private double mean;
  private double squares;

  public static Moments of(double[] values) {
    Moments moments = new Moments();
    for (double value : values) {
      moments.add(value);
    }
    return moments;
  }

  public void add(double value) {
    count++;
    double before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }

  public long count() {
    return count;
  }

  public double mean() {
    return mean;
  }

  /** Returns the unbiased sample variance; NaN if there are fewer than two numbers. */
  public double variance() {
    return count < 2 ? Double.NaN : squares / (count - 1);
  }

  /** Returns the variance of the mean: the variance divided by the count. */
  public double meanVariance() {
    return variance() / count;
  }
}
