package io.unipin.cli.statistics;

import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.statistics.inference.ChiSquareTest;

/**
 * Pearson's chi-square test of whether the arms got their intended shares of the users.
 *
 * <p>If the test fails, users were probably lost or counted twice. In this case no other figure can
 * be trusted.
 */
public record SampleRatio(Map<String, Long> users, Map<String, Double> shares, double pValue) {
  /** The minimum p value for which a report is given. */
  public static final double LEAST = 0.001;

  /**
   * Tests numbers of users against the arms' shares.
   *
   * @param users number of users by arm; an arm without an entry has no users
   * @param shares intended share of all users, by arm
   */
  public static SampleRatio of(Map<String, Long> users, Map<String, Double> shares) {
    Map<String, Double> wanted = new TreeMap<>(shares);
    wanted.values().removeIf(share -> share <= 0);
    for (Map.Entry<String, Long> arm : users.entrySet()) {
      if (arm.getValue() > 0 && !wanted.containsKey(arm.getKey())) {
        return new SampleRatio(
            Map.copyOf(users), Map.copyOf(shares), 0); // an arm has users although its share is 0
      }
    }
    long[] observed =
        wanted.keySet().stream().mapToLong(arm -> users.getOrDefault(arm, 0L)).toArray();
    double[] expected = wanted.values().stream().mapToDouble(Double::doubleValue).toArray();
    double p =
        observed.length < 2 ? 1 : ChiSquareTest.withDefaults().test(expected, observed).getPValue();
    return new SampleRatio(Map.copyOf(users), Map.copyOf(shares), p);
  }

  public boolean isBalanced() {
    return pValue >= LEAST;
  }
}
