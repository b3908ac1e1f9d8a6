package io.unipin.evaluate;

import java.util.Arrays;

/**
 * Metrics of a binary prediction: how well scores separate positives from negatives, and how well
 * probabilities are calibrated. A figure that is not defined is NaN.
 */
public final class BinaryMetrics {
  private static final int CALIBRATION_BINS = 15;
  private static final double SMALLEST_PROBABILITY = 1e-7;

  private BinaryMetrics() {}

  /**
   * Returns the area under the ROC curve: the share of (positive, negative) pairs in which the
   * positive scores higher. A pair of equal scores counts one half. The result is exact. It is
   * computed from the rank sum of Mann and Whitney, in which equal scores share their mean rank.
   * Takes O(n log n). Returns NaN unless both classes occur.
   */
  public static double auc(float[] scores, boolean[] labels) {
    int n = scores.length;
    int[] order = ascending(scores);
    long positives = positives(labels);
    double rankSum = 0;
    for (int start = 0, end = 0; start < n; start = end) {
      int tiedPositives = 0;
      while (end < n && scores[order[end]] == scores[order[start]]) {
        tiedPositives += labels[order[end]] ? 1 : 0;
        end++;
      }
      rankSum += tiedPositives * ((start + 1 + end) / 2.0);
    }
    double pairs = (double) positives * (n - positives);
    return pairs == 0 ? Double.NaN : (rankSum - positives * (positives + 1) / 2.0) / pairs;
  }

  /**
   * Returns the mean of the users' own AUCs, weighted by their numbers of impressions. Users
   * without both classes are left out.
   *
   * @param users (n) the user of each impression; impressions of one user are adjacent
   */
  public static double groupedAuc(float[] scores, boolean[] labels, int[] users) {
    double sum = 0;
    long weight = 0;
    for (int start = 0, end = 0; start < users.length; start = end) {
      while (end < users.length && users[end] == users[start]) {
        end++;
      }
      double auc =
          auc(Arrays.copyOfRange(scores, start, end), Arrays.copyOfRange(labels, start, end));
      if (!Double.isNaN(auc)) {
        sum += auc * (end - start);
        weight += end - start;
      }
    }
    return weight == 0 ? Double.NaN : sum / weight;
  }

  /**
   * Returns the mean negative log-likelihood in nats. Probabilities are clipped to [1e-7, 1 -
   * 1e-7].
   */
  static double logLoss(float[] probabilities, boolean[] labels) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      double p = labels[i] ? probabilities[i] : 1.0 - probabilities[i];
      sum -= Math.log(Math.min(Math.max(p, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY));
    }
    return labels.length == 0 ? Double.NaN : sum / labels.length;
  }

  /**
   * Returns the log loss divided by the log loss of always predicting the base rate. A value below
   * 1 is better than this constant prediction. Returns NaN unless both classes occur. Source: He et
   * al., "Practical lessons from predicting clicks on ads at Facebook", 2014.
   */
  static double normalisedEntropy(float[] probabilities, boolean[] labels) {
    double rate = baseRate(labels);
    double entropy = -rate * Math.log(rate) - (1 - rate) * Math.log1p(-rate);
    return rate > 0 && rate < 1 ? logLoss(probabilities, labels) / entropy : Double.NaN;
  }

  /**
   * Returns the expected calibration error: |mean probability − share of positives|, averaged over
   * 15 bins. The impressions are sorted by probability and divided into bins of equal numbers of
   * impressions. Impressions of equal probability share their positives, so the order of the
   * impressions has no effect.
   */
  static double calibrationError(float[] probabilities, boolean[] labels) {
    int n = labels.length;
    double[] excess = excess(probabilities, labels);
    double error = 0;
    for (int bin = 0; bin < CALIBRATION_BINS; bin++) {
      int end = (int) ((long) n * (bin + 1) / CALIBRATION_BINS);
      double sum = 0;
      for (int i = (int) ((long) n * bin / CALIBRATION_BINS); i < end; i++) {
        sum += excess[i];
      }
      error += Math.abs(sum);
    }
    return n == 0 ? Double.NaN : error / n;
  }

  /**
   * Returns by rising probability how much each impression's probability exceeds the share of
   * positives among all impressions of the same probability.
   */
  private static double[] excess(float[] probabilities, boolean[] labels) {
    int n = labels.length;
    int[] order = ascending(probabilities);
    double[] excess = new double[n];
    for (int start = 0, end = 0; start < n; start = end) {
      float probability = probabilities[order[start]];
      int positives = 0;
      while (end < n && probabilities[order[end]] == probability) {
        positives += labels[order[end]] ? 1 : 0;
        end++;
      }
      Arrays.fill(excess, start, end, probability - (double) positives / (end - start));
    }
    return excess;
  }

  /** Returns the share of positives. */
  static double baseRate(boolean[] labels) {
    return labels.length == 0 ? Double.NaN : (double) positives(labels) / labels.length;
  }

  static long positives(boolean[] labels) {
    long count = 0;
    for (boolean label : labels) {
      count += label ? 1 : 0;
    }
    return count;
  }

  /** Returns the indices by ascending score. Equal scores keep their order. */
  static int[] ascending(float[] scores) {
    long[] keys = new long[scores.length];
    for (int i = 0; i < keys.length; i++) {
      if (Float.isNaN(scores[i])) {
        throw new IllegalArgumentException("numbers expected, got NaN at " + i);
      }
      int bits = Float.floatToIntBits(scores[i] + 0f); // makes -0 equal to 0
      int sortable = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
      keys[i] = (long) sortable << Integer.SIZE | i;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }
}
