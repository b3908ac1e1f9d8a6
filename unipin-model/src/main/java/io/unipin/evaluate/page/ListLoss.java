package io.unipin.evaluate.page;

import io.unipin.evaluate.fit.Loss;
import java.util.Arrays;
import java.util.List;

/**
 * The negative log-likelihood of the targets, in nats, when each list of candidates is a choice:
 * the target is chosen with probability {@code exp(w . x) / sum of exp(w . x)} over the list. This
 * is the loss of the conditional logit model (McFadden 1974), and of ListNet for one relevant item.
 *
 * <p>The inputs x of a candidate are its dot product and its probabilities, each divided by its
 * scale. A scale is the standard deviation of an input within lists, so all weights have one unit.
 *
 * <p>The loss subtracts the target's inputs from the inputs of every candidate, which changes no
 * probability. Without this subtraction, a probability near 1 with a small scale would be a large
 * input, and its squares could not be summed exactly.
 */
final class ListLoss implements Loss {
  /** Probabilities near 1 differ by less than this because of the rounding to float32. */
  private static final double ROUNDING = 1e-6;

  /** Number of candidates that {@link #addSquares} adds at a time. */
  private static final int BLOCK = 4;

  private final List<PageCandidates> lists;
  private final double[] scales;

  /** Creates the loss. Every list has its target among its candidates. */
  ListLoss(List<PageCandidates> lists, double[] scales) {
    this.lists = lists;
    this.scales = scales;
  }

  /**
   * Returns the scale (1 + actions) of each input. An input that varies by no more than rounding has
   * scale 0.
   */
  static double[] scales(List<PageCandidates> lists, int size) {
    double[] squares = new double[size];
    double[] mean = new double[size];
    long count = 0;
    for (PageCandidates list : lists) {
      int k = list.ids().length;
      Arrays.fill(mean, 0);
      for (int i = 0; i < k; i++) {
        for (int a = 0; a < size; a++) {
          mean[a] += input(list, i, a) / k;
        }
      }
      for (int i = 0; i < k; i++) {
        for (int a = 0; a < size; a++) {
          double off = input(list, i, a) - mean[a];
          squares[a] += off * off;
        }
      }
      count += k;
    }
    double[] scales = new double[size];
    for (int a = 0; a < size; a++) {
      double scale = count == 0 ? 0 : Math.sqrt(squares[a] / count);
      scales[a] = scale < ROUNDING ? 0 : scale;
    }
    return scales;
  }

  private static double input(PageCandidates list, int candidate, int input) {
    return input == 0
        ? list.dots()[candidate]
        : list.probabilities()[candidate * list.actions() + input - 1];
  }

  /** Returns an input of a candidate minus that of the target. */
  private static double difference(PageCandidates list, int candidate, int input) {
    return input(list, candidate, input) - input(list, list.target(), input);
  }

  @Override
  public int size() {
    return scales.length;
  }

  @Override
  public double at(double[] weights) {
    double sum = 0;
    for (PageCandidates list : lists) {
      double[] utilities = utilities(list, weights);
      double most = max(utilities);
      double total = 0;
      for (double utility : utilities) {
        total += Math.exp(utility - most);
      }
      sum += most + Math.log(total) - utilities[list.target()];
    }
    return sum;
  }

  @Override
  public void derive(double[] weights, double[] gradient, double[][] curvature) {
    int size = scales.length;
    double[] mean = new double[size];
    double[][] inputs = new double[BLOCK][size];
    double[] shares = new double[BLOCK];
    for (PageCandidates list : lists) {
      double[] all = shares(utilities(list, weights));
      Arrays.fill(mean, 0);
      for (int first = 0; first < all.length; first += BLOCK) {
        for (int i = 0; i < BLOCK; i++) {
          boolean past = first + i >= all.length; // a share of 0 adds nothing
          shares[i] = past ? 0 : all[first + i];
          scaled(list, past ? list.target() : first + i, inputs[i]);
        }
        addSquares(shares, inputs, mean, curvature);
      }
      for (int a = 0; a < size; a++) {
        // The target's inputs are 0, because they are subtracted from all inputs.
        gradient[a] += mean[a];
        for (int b = 0; b <= a; b++) {
          curvature[a][b] -= mean[a] * mean[b];
        }
      }
    }
  }

  /**
   * Adds the inputs of a block of candidates to the mean, and their products in pairs to the
   * curvature, weighted by the shares. One pass over a row of the curvature serves a whole block,
   * because reading and writing these rows is most of the work.
   */
  private static void addSquares(
      double[] shares, double[][] inputs, double[] mean, double[][] curvature) {
    double[] x0 = inputs[0];
    double[] x1 = inputs[1];
    double[] x2 = inputs[2];
    double[] x3 = inputs[3];
    for (int a = 0; a < mean.length; a++) {
      double s0 = shares[0] * x0[a];
      double s1 = shares[1] * x1[a];
      double s2 = shares[2] * x2[a];
      double s3 = shares[3] * x3[a];
      mean[a] += s0 + s1 + s2 + s3;
      double[] row = curvature[a];
      for (int b = 0; b <= a; b++) {
        row[b] += s0 * x0[b] + s1 * x1[b] + s2 * x2[b] + s3 * x3[b];
      }
    }
  }

  /** Returns the standard deviation of utilities within lists. */
  double deviation(double[] weights) {
    double squares = 0;
    long count = 0;
    for (PageCandidates list : lists) {
      double[] utilities = utilities(list, weights);
      double mean = Arrays.stream(utilities).average().orElse(0);
      squares += Arrays.stream(utilities).map(it -> (it - mean) * (it - mean)).sum();
      count += utilities.length;
    }
    return count == 0 ? 0 : Math.sqrt(squares / count);
  }

  private double[] utilities(PageCandidates list, double[] weights) {
    double[] utilities = new double[list.ids().length];
    for (int a = 0; a < scales.length; a++) {
      if (scales[a] > 0 && weights[a] != 0) {
        double weight = weights[a] / scales[a];
        for (int i = 0; i < utilities.length; i++) {
          utilities[i] += weight * difference(list, i, a);
        }
      }
    }
    return utilities;
  }

  private void scaled(PageCandidates list, int candidate, double[] inputs) {
    for (int a = 0; a < inputs.length; a++) {
      inputs[a] = scales[a] == 0 ? 0 : difference(list, candidate, a) / scales[a];
    }
  }

  private static double[] shares(double[] utilities) {
    double most = max(utilities);
    double total = 0;
    for (int i = 0; i < utilities.length; i++) {
      utilities[i] = Math.exp(utilities[i] - most);
      total += utilities[i];
    }
    for (int i = 0; i < utilities.length; i++) {
      utilities[i] /= total;
    }
    return utilities;
  }

  private static double max(double[] values) {
    double most = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      most = Math.max(most, value);
    }
    return most;
  }
}
