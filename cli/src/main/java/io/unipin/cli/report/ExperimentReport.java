package io.unipin.cli.report;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.unipin.cli.report.ReportQuestion.Metric;
import io.unipin.cli.statistics.Cuped;
import io.unipin.cli.statistics.Difference;
import io.unipin.cli.statistics.Interval;
import io.unipin.cli.statistics.MixtureTest;
import io.unipin.cli.statistics.Moments;
import io.unipin.cli.statistics.SampleRatio;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The report of an experiment: the effects of its arms.
 *
 * @param users number of users by arm
 * @param exposed says who is left out, and when the users were exposed
 * @param outcomes says how the outcomes of a file fit the users
 * @param unreadable number of log lines that were not valid entries; they are left out
 * @param skipped for each metric without a result, the reason
 */
public record ExperimentReport(
    SampleRatio users,
    @JsonUnwrapped Exposed exposed,
    OutcomeFit outcomes,
    long unreadable,
    List<Comparison> comparisons,
    Map<String, String> skipped) {
  /** The minimum number of users in an arm for which the normal approximation is trusted. */
  public static final int LEAST_USERS = 100;

  private static final double ALPHA = 0.05;

  /**
   * Who is left out, and when the users were exposed.
   *
   * @param inSeveralArms number of users with more than one arm; they are left out
   * @param overridden number of users whose arm the configuration set by name; they are left out
   * @param underArmBefore number of users with a page that names their arm before their first
   *     exposure in the log; their past ends at this page
   * @param firstExposure time of the first exposure, such as 2026-01-31T00:00:00Z
   * @param lastFirstExposure time at which the last user was exposed for the first time
   */
  public record Exposed(
      long inSeveralArms,
      long overridden,
      long underArmBefore,
      String firstExposure,
      String lastFirstExposure) {}

  /** Writes all exposures of a server to a Parquet or CSV file and returns their number. */
  public static long export(Path exposures, Path file) {
    try (ExperimentData data = ExperimentData.read(exposures, Optional.empty(), Optional.empty())) {
      data.export(file);
      return data.exposures();
    }
  }

  /**
   * Returns, by arm, the first exposure of each user that a report counts, in milliseconds since the
   * epoch.
   *
   * @param exposures a server's folder of exposures, or an exported Parquet or CSV file
   */
  public static Map<String, Map<String, Long>> since(ReportQuestion question, Path exposures) {
    try (ExperimentData data = ExperimentData.read(exposures, Optional.empty(), Optional.empty())) {
      return data.since(question);
    }
  }

  /**
   * Joins exposures with outcomes and compares each arm with the control.
   *
   * @throws ReportException if chance can't explain how many users each arm has, if there is too
   *     little data, or if two sources have a metric of the same name
   */
  public static ExperimentReport of(
      ReportQuestion question, Path exposures, Optional<Path> served, Optional<Path> outcomes) {
    try (ExperimentData data = ExperimentData.read(exposures, served, outcomes)) {
      data.requireOneSource(question.metrics());
      ExperimentData.Users users = data.join(question);
      ExposedUsers exposed = users.exposed();
      SampleRatio ratio = check(question, exposed.byArm());
      List<Comparison> comparisons = new ArrayList<>();
      Map<String, String> skipped = new TreeMap<>();
      List<Metric> metrics = question.metrics().isEmpty() ? data.metrics() : question.metrics();
      for (Metric metric : metrics) {
        compare(question, metric, data.sums(metric), comparisons, skipped);
      }
      return new ExperimentReport(
          ratio, exposed.summary(), users.fit(), data.unreadable(), comparisons, skipped);
    }
  }

  private static SampleRatio check(ReportQuestion question, Map<String, Long> users) {
    if (users.isEmpty()) {
      String salt = question.salt().map(known -> " under the salt '" + known + "'").orElse("");
      throw new ReportException(
          "exposures of the experiment '%s'%s expected, got none"
              .formatted(question.experiment(), salt));
    }
    SampleRatio ratio = SampleRatio.of(users, question.shares());
    if (!ratio.isBalanced()) {
      throw new ReportException(
          String.format(
              Locale.ROOT,
              "refused: users by arm %s do not come from shares %s by chance (sample ratio, p ="
                  + " %.2g); find out where they were lost before reading anything else",
              users,
              shares(question),
              ratio.pValue()));
    }
    question
        .shares()
        .forEach(
            (arm, share) -> {
              long count = users.getOrDefault(arm, 0L);
              if (share > 0 && count < LEAST_USERS) {
                throw new ReportException(
                    "at least %s users in each arm expected, got %s in %s"
                        .formatted(LEAST_USERS, count, arm));
              }
            });
    return ratio;
  }

  private static String shares(ReportQuestion question) {
    return question.shares().entrySet().stream()
        .map(arm -> String.format(Locale.ROOT, "%s=%.4f", arm.getKey(), arm.getValue()))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static void compare(
      ReportQuestion question,
      Metric metric,
      Map<String, UnitSums> arms,
      List<Comparison> comparisons,
      Map<String, String> skipped) {
    if (!arms.values().stream().allMatch(UnitSums::isDefined)) {
      skipped.put(metric.toString(), "an arm has nothing below the line");
      return;
    }
    Map<String, double[]> adjusted = new TreeMap<>();
    double left = adjust(arms, adjusted);
    UnitSums own = arms.get(question.control());
    double[] ownAdjusted = adjusted.get(question.control());
    if (own == null || ownAdjusted == null) {
      throw new ReportException("users in the control arm expected, got none");
    }
    double mean = Moments.of(own.metric()).mean();
    Moments control = Moments.of(ownAdjusted);
    arms.forEach(
        (arm, sums) -> {
          if (!arm.equals(question.control())) {
            Difference difference =
                Difference.of(control, Moments.of(adjusted.getOrDefault(arm, new double[0])));
            if (difference.isDefined() && mean != 0) {
              double treatment = Moments.of(sums.metric()).mean();
              MixtureTest test = new MixtureTest(question.expectedLift() * Math.abs(mean));
              comparisons.add(
                  comparison(
                      metric.toString(), arm, new Means(mean, treatment, left), difference, test));
            } else {
              skipped.put(
                  metric.toString(), mean == 0 ? "the control has none of it" : "it does not vary");
            }
          }
        });
  }

  /**
   * Removes from each user's metric the part that the user's past explains. Returns the share of
   * the variance that remains.
   */
  private static double adjust(Map<String, UnitSums> arms, Map<String, double[]> adjusted) {
    double above = arms.values().stream().mapToDouble(UnitSums::pastAbove).sum();
    double below = arms.values().stream().mapToDouble(UnitSums::pastBelow).sum();
    long users = arms.values().stream().mapToLong(UnitSums::size).sum();
    double ratio = below == 0 ? 0 : above / below;
    Map<String, Cuped.Arm> pasts = new TreeMap<>();
    arms.forEach(
        (arm, sums) ->
            pasts.put(arm, new Cuped.Arm(sums.metric(), sums.past(ratio, below / users))));
    Cuped cuped = Cuped.fit(List.copyOf(pasts.values()));
    pasts.forEach((arm, past) -> adjusted.put(arm, cuped.adjust(past)));
    return 1 - cuped.correlation() * cuped.correlation();
  }

  private record Means(double control, double treatment, double varianceLeft) {}

  private static Comparison comparison(
      String metric, String arm, Means means, Difference difference, MixtureTest test) {
    double effect = difference.effect();
    double size = Math.abs(means.control()); // a metric such as refunds has a negative mean
    double variance = difference.variance();
    return new Comparison(
        metric,
        arm,
        means.control(),
        means.treatment(),
        effect / size,
        relative(difference.interval(ALPHA), size),
        difference.pValue(),
        relative(test.interval(effect, variance, ALPHA), size),
        test.pValue(effect, variance),
        means.varianceLeft());
  }

  private static Interval relative(Interval interval, double mean) {
    return new Interval(interval.low() / mean, interval.high() / mean);
  }
}
