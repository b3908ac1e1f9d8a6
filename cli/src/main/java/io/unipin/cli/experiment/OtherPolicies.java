package io.unipin.cli.experiment;

import io.unipin.cli.policy.ArmPolicies;
import io.unipin.cli.policy.PolicyOptions;
import io.unipin.cli.policy.PolicyReport;
import io.unipin.cli.report.ExperimentReport;
import io.unipin.cli.report.ReportQuestion;
import io.unipin.serving.log.ServedChoices;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Estimates the rewards that other policies would have earned on the pages of an experiment's arms.
 */
final class OtherPolicies {
  private OtherPolicies() {}

  /**
   * Prints the estimates for each arm, and returns the estimates by the name of the arm. They are of
   * the users whom the report counts.
   */
  static Map<String, PolicyReport> judge(
      Path exposures,
      Path log,
      PolicyOptions policies,
      ReportQuestion question,
      List<String> metrics,
      PrintWriter out) {
    if (policies.policies().isEmpty()) {
      return Map.of();
    }
    ArmPolicies arms =
        new ArmPolicies(
            question.experiment(),
            ServedChoices.read(log, policies.attribution(), out::println),
            question.untilMs(),
            ExperimentReport.since(question, exposures));
    List<String> actions =
        metrics.stream().filter(metric -> !metric.contains("/")).distinct().toList();
    Map<String, PolicyReport> reports = new LinkedHashMap<>();
    for (String arm : question.shares().keySet()) {
      out.println("Other policies on the pages of " + arm + ":");
      PolicyReport report = arms.of(arm, policies.policies(), actions);
      report.print(out);
      reports.put(arm, report);
    }
    return reports;
  }
}
