package io.unipin.benchmarks.measure;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The median and the quartiles of samples. */
public record Spread(double median, double lower, double upper) {
  public static Spread of(double[] samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("at least one sample expected");
    }
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    return new Spread(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75));
  }

  private static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int low = (int) at;
    int high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
  }

  public Map<String, Double> toJson() {
    return new TreeMap<>(Map.of("median", median, "quartile1", lower, "quartile3", upper));
  }

  /** Returns the median as text, followed by the quartiles in brackets. */
  public String text() {
    return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, lower, upper);
  }
}
