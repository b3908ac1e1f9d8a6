package io.unipin.cli.report;

import static io.unipin.settings.SettingException.checkPositive;

import io.unipin.settings.Nearest;
import io.unipin.settings.SettingException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The question that a report answers.
 *
 * @param experiment name of the experiment
 * @param control arm with which the other arms are compared
 * @param shares intended share of users by arm
 * @param metrics names such as {@code click} for a sum per user, or {@code click/impressions} for a
 *     ratio of sums. An empty list asks for all metrics that the data contain.
 * @param expectedLift standard deviation of the expected lifts. A lift is relative to the control's
 *     mean. The sequential test is tuned to lifts of this size. It finds such lifts with fewer
 *     users than a test that is tuned to another size.
 * @param past length of the period before a user's first exposure. The outcomes of this period
 *     explain a part of the later outcomes.
 * @param untilMs end of the report in milliseconds since the epoch; exposures and outcomes from
 *     this time on do not count
 * @param salt salt of the assignment; absent for the salt that was logged last
 */
public record ReportQuestion(
    String experiment,
    String control,
    Map<String, Double> shares,
    List<Metric> metrics,
    double expectedLift,
    Duration past,
    long untilMs,
    Optional<String> salt) {
  public ReportQuestion(
      String experiment,
      String control,
      Map<String, Double> shares,
      List<Metric> metrics,
      double expectedLift,
      Duration past,
      long untilMs) {
    this(experiment, control, shares, metrics, expectedLift, past, untilMs, Optional.empty());
  }

  public ReportQuestion {
    shares = new TreeMap<>(shares);
    metrics = List.copyOf(metrics);
    checkPositive("past", past);
    if (!(expectedLift > 0 && expectedLift <= 10)) {
      throw new SettingException(
          "expected-lift", "more than 0, at most 10 expected, got " + expectedLift);
    }
    if (!shares.containsKey(control)) {
      throw new SettingException(
          "control",
          "one of the arms %s expected, got '%s'%s"
              .formatted(shares.keySet(), control, Nearest.hint(control, shares.keySet())));
    }
  }

  /**
   * A sum over users' outcomes, or a ratio of two sums.
   *
   * @param denominator name of the second sum; absent for a mean per user
   */
  public record Metric(String numerator, Optional<String> denominator) {
    /** Reads {@code click} or {@code click/impressions}. */
    public static Metric parse(String text) {
      int slash = text.indexOf('/');
      return slash < 0
          ? new Metric(text, Optional.empty())
          : new Metric(text.substring(0, slash), Optional.of(text.substring(slash + 1)));
    }

    @Override
    public String toString() {
      return denominator.map(below -> numerator + "/" + below).orElse(numerator + " per user");
    }
  }
}
