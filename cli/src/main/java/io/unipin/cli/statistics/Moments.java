package io.unipin.cli.statistics;

/** Count, mean and variance of numbers that come one by one, without keeping them (Welford, 1962). One thread. */
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

  /** Of a single number; unbiased. Not a number for fewer than two. */
  public double variance() {
    return count < 2 ? Double.NaN : squares / (count - 1);
  }

  /** Of the mean. */
  public double meanVariance() {
    return variance() / count;
  }
}
