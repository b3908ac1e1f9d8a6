package io.unipin.evaluate;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;

/**
 * Confidence intervals for the difference between two rankers that were judged on the same users.
 *
 * <p>Each resample draws users with replacement, and both rankers are judged on these users. The
 * interval holds the middle 95 % of the differences (Efron's percentile bootstrap). Whole users are
 * drawn because the impressions of one user are not independent.
 */
public final class PairedBootstrap {
  private static final int RESAMPLES = 1000;
  private static final double TAIL = 0.025;
  private static final long SEED = 1;

  private PairedBootstrap() {}

  /**
   * A difference and its confidence interval. All three values are NaN when the difference is not
   * defined.
   *
   * @param lower lower bound: 2.5 % of the resamples lie below it
   * @param upper upper bound: 2.5 % of the resamples lie above it
   */
  public record Difference(double difference, double lower, double upper) {
    static final Difference UNDEFINED = new Difference(Double.NaN, Double.NaN, Double.NaN);
  }

  /**
   * Returns the mean of {@code a} minus the mean of {@code b}. Both arrays (users) hold one value
   * per user, in the same order.
   */
  public static Difference mean(double[] a, double[] b) {
    int n = a.length;
    if (n == 0) {
      return Difference.UNDEFINED;
    }
    double[] each = new double[n];
    Arrays.setAll(each, i -> a[i] - b[i]);
    Random random = new Random(SEED);
    double[] resampled = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += each[random.nextInt(n)];
      }
      resampled[r] = sum / n;
    }
    return interval(Arrays.stream(each).average().orElseThrow(), resampled);
  }

  /**
   * Returns the AUC of scores a minus the AUC of scores b.
   *
   * @param users (impressions) the user of each impression; impressions of one user are adjacent
   */
  public static Difference auc(float[] a, float[] b, boolean[] labels, int[] users) {
    double difference = BinaryMetrics.auc(a, labels) - BinaryMetrics.auc(b, labels);
    if (Double.isNaN(difference)) {
      return Difference.UNDEFINED;
    }
    int[] groups = groups(users);
    int count = groups[groups.length - 1] + 1;
    WeightedAuc first = new WeightedAuc(a, labels, groups);
    WeightedAuc second = new WeightedAuc(b, labels, groups);
    Random random = new Random(SEED);
    double[] resampled = new double[RESAMPLES];
    int[] drawn = new int[count];
    int defined = 0;
    for (int r = 0; r < RESAMPLES; r++) {
      Arrays.fill(drawn, 0);
      for (int i = 0; i < count; i++) {
        drawn[random.nextInt(count)]++;
      }
      double each = first.of(drawn) - second.of(drawn);
      if (!Double.isNaN(each)) {
        resampled[defined++] = each;
      }
    }
    return interval(difference, Arrays.copyOf(resampled, defined));
  }

  /**
   * Returns the GAUC of scores a minus the GAUC of scores b. Only users who have both classes are
   * drawn.
   *
   * @param users (impressions) the user of each impression; impressions of one user are adjacent
   */
  public static Difference gauc(float[] a, float[] b, boolean[] labels, int[] users) {
    int[] groups = groups(users);
    int most = users.length == 0 ? 0 : groups[groups.length - 1] + 1;
    double[] differences = new double[most]; // by user, weighted by the user's impressions
    int[] weights = new int[most];
    int count = 0;
    for (int start = 0, end = 0; start < users.length; start = end) {
      while (end < users.length && users[end] == users[start]) {
        end++;
      }
      boolean[] own = Arrays.copyOfRange(labels, start, end);
      double first = BinaryMetrics.auc(Arrays.copyOfRange(a, start, end), own);
      if (!Double.isNaN(first)) {
        double second = BinaryMetrics.auc(Arrays.copyOfRange(b, start, end), own);
        weights[count] = end - start;
        differences[count++] = (first - second) * (end - start);
      }
    }
    if (count == 0) {
      return Difference.UNDEFINED;
    }
    int n = count;
    Random random = new Random(SEED);
    double[] resampled = new double[RESAMPLES];
    Arrays.setAll(resampled, r -> weighted(differences, weights, n, i -> random.nextInt(n)));
    return interval(weighted(differences, weights, n, i -> i), resampled);
  }

  /** Returns the mean difference of n users, who are chosen by their index. */
  private static double weighted(
      double[] differences, int[] weights, int n, IntUnaryOperator chosen) {
    double sum = 0;
    long weight = 0;
    for (int i = 0; i < n; i++) {
      int user = chosen.applyAsInt(i);
      sum += differences[user];
      weight += weights[user];
    }
    return sum / weight;
  }

  private static int[] groups(int[] users) {
    int[] groups = new int[users.length];
    for (int i = 1; i < users.length; i++) {
      groups[i] = groups[i - 1] + (users[i] == users[i - 1] ? 0 : 1);
    }
    return groups;
  }

  private static Difference interval(double difference, double[] resampled) {
    Arrays.sort(resampled);
    IntToDoubleFunction at = i -> resampled[Math.min(Math.max(i, 0), resampled.length - 1)];
    return new Difference(
        difference,
        at.applyAsDouble((int) (TAIL * resampled.length)),
        at.applyAsDouble((int) Math.ceil((1 - TAIL) * resampled.length) - 1));
  }

  /**
   * Computes an AUC in which each impression counts as often as its user was drawn. The impressions
   * are sorted once; each draw costs O(n).
   */
  private static final class WeightedAuc {
    private static final int POSITIVE = 1;
    private static final int TIED = 2;
    private static final int FLAGS = 2;

    /**
     * (impressions) by rising score: the user's group, shifted by {@link #FLAGS} bits, and whether
     * the impression is positive and has the score of the next one. A draw reads this array from
     * start to end, because reading labels and groups in the order of scores would miss the
     * processor's cache.
     */
    private final int[] sorted;

    WeightedAuc(float[] scores, boolean[] labels, int[] groups) {
      int[] order = BinaryMetrics.ascending(scores);
      this.sorted = new int[order.length];
      for (int i = 0; i < order.length; i++) {
        boolean tied = i + 1 < order.length && scores[order[i]] == scores[order[i + 1]];
        int flags = (labels[order[i]] ? POSITIVE : 0) | (tied ? TIED : 0);
        sorted[i] = groups[order[i]] << FLAGS | flags;
      }
    }

    double of(int[] drawn) {
      long pairs = 0; // in halves, because a tied pair counts one half
      long negativesBelow = 0;
      long positives = 0;
      long tiedPositives = 0;
      long tiedNegatives = 0;
      for (int impression : sorted) {
        int weight = drawn[impression >>> FLAGS];
        int positive = weight & -(impression & POSITIVE); // without a branch: labels are random
        tiedPositives += positive;
        tiedNegatives += weight - positive;
        if ((impression & TIED) == 0) {
          pairs += tiedPositives * (2 * negativesBelow + tiedNegatives);
          positives += tiedPositives;
          negativesBelow += tiedNegatives;
          tiedPositives = 0;
          tiedNegatives = 0;
        }
      }
      double all = (double) positives * negativesBelow;
      return all == 0 ? Double.NaN : pairs / 2.0 / all;
    }
  }
}
