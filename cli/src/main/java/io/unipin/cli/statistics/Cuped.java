package io.unipin.cli.statistics;

import java.util.List;

/**
 * CUPED: removes from a metric the part that the users' past explains.
 *
 * <p>No arm can have changed the past, so the effect stays the same. Only the noise of the effect
 * falls. The variance is multiplied by 1 − ρ², where ρ is the correlation between metric and past.
 * Source: Deng, Xu, Kohavi and Walker, Improving the Sensitivity of Online Controlled Experiments,
 * WSDM 2013.
 *
 * @param theta cov(metric, past) / var(past), computed from the deviations of all users from the
 *     means of their arms; 0 when the past does not vary
 * @param correlation correlation between metric and past, within arms
 * @param pastMean mean of the past over all arms
 */
public record Cuped(double theta, double correlation, double pastMean) {
  /**
   * One arm's users.
   *
   * @param metric (n), each user's metric; owned by the record
   * @param past (n), each user's metric before the experiment; owned by the record
   */
  public record Arm(double[] metric, double[] past) {
    public Arm {
      if (metric.length != past.length) {
        throw new IllegalArgumentException(
            "a past for each of %s users expected, got %s".formatted(metric.length, past.length));
      }
    }
  }

  /** Estimates theta from all arms together, so that all arms are adjusted in the same way. */
  public static Cuped fit(List<Arm> arms) {
    double metricSquares = 0;
    double pastSquares = 0;
    double products = 0;
    double pastSum = 0;
    long count = 0;
    for (Arm arm : arms) {
      double metricMean = Moments.of(arm.metric()).mean();
      double mean = Moments.of(arm.past()).mean();
      for (int i = 0; i < arm.metric().length; i++) {
        double y = arm.metric()[i] - metricMean;
        double x = arm.past()[i] - mean;
        metricSquares += y * y;
        pastSquares += x * x;
        products += x * y;
      }
      count += arm.past().length;
      pastSum += mean * arm.past().length;
    }
    if (pastSquares == 0 || metricSquares == 0) {
      return new Cuped(0, 0, 0);
    }
    return new Cuped(
        products / pastSquares, products / Math.sqrt(metricSquares * pastSquares), pastSum / count);
  }

  /** Returns the metric without the part that the past explains. */
  public double[] adjust(Arm arm) {
    double[] adjusted = new double[arm.metric().length];
    for (int i = 0; i < adjusted.length; i++) {
      adjusted[i] = arm.metric()[i] - theta * (arm.past()[i] - pastMean);
    }
    return adjusted;
  }
}
