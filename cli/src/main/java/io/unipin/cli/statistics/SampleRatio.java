package io.unipin.cli.statistics;

import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.statistics.inference.ChiSquareTest;

/**
 * Whether the arms got the numbers of users that they should have: Pearson's chi-square test. Where they did not, users were
 * lost or doubled on the way, rarely by chance, and no other figure can be trusted.
 */
public record SampleRatio(Map<String, Long> users, Map<String, Double> shares, double pValue) {
  /** Below this a report is refused. */
  public static final double LEAST = 0.001;

  /**
   * Tests numbers of users against the arms' shares.
   *
   * @param users by arm; an arm that is missing got none
   * @param shares by arm, of all users
   */
  public static SampleRatio of(Map<String, Long> users, Map<String, Double> shares) {
    Map<String, Double> wanted = new TreeMap<>(shares);
    wanted.values().removeIf(share -> share <= 0);
    for (Map.Entry<String, Long> arm : users.entrySet()) {
      if (arm.getValue() > 0 && !wanted.containsKey(arm.getKey())) {
        return new SampleRatio(
            Map.copyOf(users), Map.copyOf(shares), 0); // users where none should be
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
