package io.unipin.cli.experiment;

import io.unipin.cli.console.Table;
import io.unipin.cli.report.Comparison;
import io.unipin.cli.report.ExperimentReport;
import io.unipin.cli.report.OutcomeFit;
import io.unipin.cli.statistics.Interval;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints the report of an experiment. */
final class ReportText {
  private ReportText() {}

  static void print(ExperimentReport report, PrintWriter out) {
    Table table =
        new Table(
            "metric",
            "arm",
            "control",
            "arm's",
            "lift",
            "once, 95 %",
            "p",
            "always, 95 %",
            "p always",
            "variance left");
    for (Comparison line : report.comparisons()) {
      table.row(
          line.metric(),
          line.arm(),
          number(line.control()),
          number(line.treatment()),
          percent(line.lift()),
          interval(line.onceInterval()),
          number(line.onceP()),
          interval(line.interval()),
          number(line.p()),
          number(line.varianceLeft()));
    }
    table.print(out);
    report.skipped().forEach((metric, reason) -> out.println(metric + ": left out, " + reason));
    out.printf(
        Locale.ROOT,
        "users %s fit their shares (p = %.3f); left out: %d in several arms, %d overridden;"
            + " unreadable lines: %d%n",
        report.users().users(),
        report.users().pValue(),
        report.exposed().inSeveralArms(),
        report.exposed().overridden(),
        report.unreadable());
    print(report.exposed(), out);
    print(report.outcomes(), out);
  }

  private static void print(ExperimentReport.Exposed exposed, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "users' first exposures are from %s to %s%n",
        exposed.firstExposure(),
        exposed.lastFirstExposure());
    if (exposed.underArmBefore() > 0) {
      out.printf(
          Locale.ROOT,
          "%d users had pages that name their arm before their first exposure in the log; their"
              + " past ends there%n",
          exposed.underArmBefore());
    }
  }

  private static void print(OutcomeFit fit, PrintWriter out) {
    if (fit.read() > 0) {
      out.printf(
          Locale.ROOT,
          "outcomes read %d; left out: %d of users who were not exposed or are left out, %d out of"
              + " time%n",
          fit.read(),
          fit.ofNobody(),
          fit.outOfTime());
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%+.2f %%", 100 * value);
  }

  private static String interval(Interval interval) {
    return percent(interval.low()) + " to " + percent(interval.high());
  }
}
