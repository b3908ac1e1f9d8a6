package io.unipin.evaluate;

import java.util.Arrays;

/**
 * How well scores tell positives from negatives, and how true probabilities are. NaN where a figure
 * is not defined.
 */
public final class BinaryMetrics {
  private static final int CALIBRATION_BINS = 15;
  private static final double SMALLEST_PROBABILITY = 1e-7;

  private BinaryMetrics() {}

  /**
   * Area under the ROC curve: how often a positive scores above a negative, a tie counting one
   * half. Exact, by the rank sum with mean ranks (Mann and Whitney). O(n log n). NaN without both
   * classes.
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
   * AUC within each user, the mean weighted by impressions over users with both classes.
   *
   * @param users (n) the user of every impression, grouped
   */
  static double groupedAuc(float[] scores, boolean[] labels, int[] users) {
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

  /** Mean negative log-likelihood in nats; probabilities are kept 1e-7 away from 0 and 1. */
  static double logLoss(float[] probabilities, boolean[] labels) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      double p = labels[i] ? probabilities[i] : 1.0 - probabilities[i];
      sum -= Math.log(Math.min(Math.max(p, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY));
    }
    return labels.length == 0 ? Double.NaN : sum / labels.length;
  }

  /**
   * Log loss in units of that of always answering the base rate (He et al., "Practical lessons from
   * predicting clicks on ads at Facebook", 2014): below 1 is better than knowing nothing. NaN
   * without both classes.
   */
  static double normalisedEntropy(float[] probabilities, boolean[] labels) {
    double rate = baseRate(labels);
    double entropy = -rate * Math.log(rate) - (1 - rate) * Math.log1p(-rate);
    return rate > 0 && rate < 1 ? logLoss(probabilities, labels) / entropy : Double.NaN;
  }

  /**
   * Expected calibration error: |mean probability − share of positives|, averaged over 15 bins of
   * equal mass.
   */
  static double calibrationError(float[] probabilities, boolean[] labels) {
    int n = labels.length;
    int[] order = ascending(probabilities);
    double error = 0;
    for (int bin = 0; bin < CALIBRATION_BINS; bin++) {
      int end = (int) ((long) n * (bin + 1) / CALIBRATION_BINS);
      double excess = 0;
      for (int i = (int) ((long) n * bin / CALIBRATION_BINS); i < end; i++) {
        excess += probabilities[order[i]] - (labels[order[i]] ? 1 : 0);
      }
      error += Math.abs(excess);
    }
    return n == 0 ? Double.NaN : error / n;
  }

  /** Share of positives. */
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

  /** Indices by ascending score; equal scores in their order. */
  static int[] ascending(float[] scores) {
    long[] keys = new long[scores.length];
    for (int i = 0; i < keys.length; i++) {
      if (Float.isNaN(scores[i])) {
        throw new IllegalArgumentException("numbers expected, got NaN at " + i);
      }
      int bits = Float.floatToIntBits(scores[i] + 0f); // -0 and 0 are equal
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
