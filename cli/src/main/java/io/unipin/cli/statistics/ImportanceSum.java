package io.unipin.cli.statistics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Estimates the mean reward of a policy from choices that another policy made. Not thread-safe.
 *
 * <p>A choice has the weight w = p / q. Here p is the probability with which the judged policy
 * makes this choice, and q is the probability with which the choice was made.
 */
public final class ImportanceSum {
  /*
   * Over n choices with rewards r:
   *   IPS   = sum(w r) / n        is unbiased.
   *   SNIPS = sum(w r) / sum(w)   has less variance, and a bias of order 1/n (Swaminathan and
   *                               Joachims, The Self-Normalized Estimator for Counterfactual
   *                               Learning, NIPS 2015).
   *   effective size = sum(w)^2 / sum(w^2)   (Kish, 1965).
   *
   * Choices of one user depend on each other, so both means are ratios of sums over users, and
   * their variance comes from the delta method (see Linearised).
   */
  private static final double ALPHA = 0.05;

  /** For each user, three sums over the user's choices: of w r, of w, and of 1. */
  private final Map<String, double[]> users = new HashMap<>();

  private double weights;
  private double squares;
  private double rewards;
  private long choices;

  /**
   * A mean reward per choice.
   *
   * @param interval 95 % interval, which allows for the dependence between choices of one user
   */
  public record Mean(double value, Interval interval) {}

  /** Adds a choice. */
  public void add(String user, double weight, double reward) {
    double[] sums = users.computeIfAbsent(user, any -> new double[3]);
    sums[0] += weight * reward;
    sums[1] += weight;
    sums[2] += 1;
    weights += weight;
    squares += weight * weight;
    rewards += reward;
    choices++;
  }

  public long choices() {
    return choices;
  }

  public int users() {
    return users.size();
  }

  /** Returns the mean reward of the choices as they were made. */
  public double logged() {
    return rewards / choices;
  }

  /**
   * Returns the effective sample size: this many choices of the judged policy itself would give an
   * equally precise mean.
   */
  public double effectiveSize() {
    return squares == 0 ? 0 : weights * weights / squares;
  }

  /** Returns the mean reward as IPS estimates it. */
  public Mean ips() {
    return mean(0, 2);
  }

  /** Returns the mean reward as SNIPS estimates it. */
  public Mean snips() {
    return mean(0, 1);
  }

  private Mean mean(int above, int below) {
    List<double[]> sums = new ArrayList<>(users.values());
    double[] values =
        Linearised.of(
            sums.stream().mapToDouble(sum -> sum[above]).toArray(),
            sums.stream().mapToDouble(sum -> sum[below]).toArray());
    Moments moments = Moments.of(values);
    double t =
        TDistribution.of((double) Math.max(1, moments.count() - 1))
            .inverseSurvivalProbability(ALPHA / 2);
    double radius = t * Math.sqrt(moments.meanVariance());
    return new Mean(moments.mean(), Interval.around(moments.mean(), radius));
  }
}
