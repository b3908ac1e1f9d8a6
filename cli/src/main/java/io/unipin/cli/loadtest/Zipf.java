package io.unipin.cli.loadtest;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A Zipf distribution over the ranks from 0 to a bound (exclusive). Immutable.
 *
 * <p>The probability of rank r is proportional to {@code (r + 1)^-exponent}.
 */
final class Zipf {
  private final double[] cumulative;

  Zipf(int count, double exponent) {
    if (count < 1 || !(exponent >= 0 && Double.isFinite(exponent))) {
      throw new IllegalArgumentException(
          "at least 1 user and a finite exponent of 0 or more expected, got %s and %s"
              .formatted(count, exponent));
    }
    cumulative = new double[count];
    double sum = 0;
    for (int r = 0; r < count; r++) {
      sum += Math.pow(r + 1, -exponent);
      cumulative[r] = sum;
    }
  }

  int sample(RandomGenerator random) {
    double at = random.nextDouble() * cumulative[cumulative.length - 1];
    int found = Arrays.binarySearch(cumulative, at);
    return Math.min(found < 0 ? -found - 1 : found + 1, cumulative.length - 1);
  }
}
