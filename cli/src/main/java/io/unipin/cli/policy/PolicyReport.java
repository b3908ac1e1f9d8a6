package io.unipin.cli.policy;

import io.unipin.cli.console.Table;
import io.unipin.cli.statistics.Interval;
import io.unipin.serving.log.ServedChoice;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The estimates of several policies for several actions.
 *
 * @param refused one sentence for each policy and action without an estimate
 */
public record PolicyReport(List<PolicyEstimate> estimates, List<String> refused) {
  public PolicyReport {
    estimates = List.copyOf(estimates);
    refused = List.copyOf(refused);
  }

  /** Estimates each policy's value for each action. */
  public static PolicyReport of(
      List<Policy> policies, List<String> actions, List<ServedChoice> choices) {
    List<PolicyEstimate> estimates = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (Policy policy : policies) {
      for (String action : actions) {
        try {
          estimates.add(PolicyEstimate.of(policy, action, choices));
        } catch (PolicyException e) {
          refused.add(action + ": " + e.getMessage());
        }
      }
    }
    return new PolicyReport(estimates, refused);
  }

  /** Prints a table, and a line for each refusal. */
  public void print(PrintWriter out) {
    if (!estimates.isEmpty()) {
      Table table =
          new Table(
              "policy",
              "action",
              "places",
              "users",
              "as served",
              "IPS",
              "SNIPS",
              "95 %",
              "effective");
      for (PolicyEstimate estimate : estimates) {
        table.row(
            estimate.policy(),
            estimate.action(),
            estimate.size().choices(),
            estimate.size().users(),
            number(estimate.logged()),
            number(estimate.ips().value()),
            number(estimate.snips().value()),
            interval(estimate.interval()),
            String.format(Locale.ROOT, "%.0f", estimate.effectiveSize()));
      }
      table.print(out);
    }
    refused.forEach(out::println);
  }

  private static String interval(Interval interval) {
    return number(interval.low()) + " to " + number(interval.high());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
