package io.unipin.benchmarks.experiment;

import io.unipin.cli.statistics.Cuped;
import io.unipin.cli.statistics.Difference;
import io.unipin.cli.statistics.Linearised;
import io.unipin.cli.statistics.Moments;
import io.unipin.cli.statistics.SampleRatio;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Compares a report's adjustments and checks with the theory, on simulated users. */
final class VarianceTrials {
  private static final double ALPHA = 0.05;

  private VarianceTrials() {}

  /** Returns the variance that CUPED leaves, divided by 1 − ρ². */
  static double cupedRatio(double correlation, int users, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] metric = new double[users];
    double[] past = new double[users];
    for (int i = 0; i < users; i++) {
      past[i] = random.nextGaussian();
      double own = Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
      metric[i] = 5 + 3 * (correlation * past[i] + own);
    }
    Cuped.Arm arm = new Cuped.Arm(metric, past);
    double adjusted = Moments.of(Cuped.fit(List.of(arm)).adjust(arm)).variance();
    double left = adjusted / Moments.of(metric).variance();
    return left / (1 - correlation * correlation);
  }

  /**
   * The share of confidence intervals that contain the true difference, 0, between two click rates.
   * This share should be 0.95.
   *
   * @param delta share for intervals by the delta method
   * @param pooled share for intervals that treat impressions as independent of each other
   */
  record Coverage(double delta, double pooled) {}

  static Coverage ratioCoverage(int experiments, int users, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int delta = 0;
    int pooled = 0;
    for (int experiment = 0; experiment < experiments; experiment++) {
      Clicks one = Clicks.draw(users, random);
      Clicks other = Clicks.draw(users, random);
      Difference difference =
          Difference.of(Moments.of(one.linearised()), Moments.of(other.linearised()));
      delta += difference.interval(ALPHA).contains(0) ? 1 : 0;
      double error = Math.sqrt(one.pooledVariance() + other.pooledVariance());
      pooled += Math.abs(one.rate() - other.rate()) <= 1.959964 * error ? 1 : 0;
    }
    return new Coverage((double) delta / experiments, (double) pooled / experiments);
  }

  /** The clicks and impressions of users with different tastes and session lengths. */
  private record Clicks(double[] clicks, double[] impressions) {
    static Clicks draw(int users, SplittableRandom random) {
      double[] clicks = new double[users];
      double[] impressions = new double[users];
      for (int i = 0; i < users; i++) {
        impressions[i] = 1 + random.nextInt(60);
        double taste = Math.pow(random.nextDouble(), 4);
        for (int shown = 0; shown < impressions[i]; shown++) {
          clicks[i] += random.nextDouble() < taste ? 1 : 0;
        }
      }
      return new Clicks(clicks, impressions);
    }

    double[] linearised() {
      return Linearised.of(clicks, impressions);
    }

    double rate() {
      return sum(clicks) / sum(impressions);
    }

    double pooledVariance() {
      return rate() * (1 - rate()) / sum(impressions);
    }

    private static double sum(double[] values) {
      double sum = 0;
      for (double value : values) {
        sum += value;
      }
      return sum;
    }
  }

  /**
   * Returns the share of experiments that the sample ratio check refuses when an arm loses
   * {@code lost} of its users.
   */
  static double refused(int experiments, int users, double lost, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int refused = 0;
    for (int experiment = 0; experiment < experiments; experiment++) {
      long[] counts = new long[2];
      for (int i = 0; i < users; i++) {
        int arm = random.nextInt(2);
        counts[arm] += arm == 1 && random.nextDouble() < lost ? 0 : 1;
      }
      SampleRatio ratio =
          SampleRatio.of(Map.of("a", counts[0], "b", counts[1]), Map.of("a", 0.5, "b", 0.5));
      refused += ratio.isBalanced() ? 0 : 1;
    }
    return (double) refused / experiments;
  }
}
