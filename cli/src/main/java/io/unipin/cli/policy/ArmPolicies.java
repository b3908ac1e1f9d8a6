package io.unipin.cli.policy;

import io.unipin.serving.log.ServedChoice;
import io.unipin.serving.log.ServedChoices;
import java.util.Arrays;
import java.util.List;

/** Estimates the rewards of policies from the served pages of one arm. Immutable. */
public final class ArmPolicies {
  private final List<ServedChoice> choices;

  /** @param untilMs pages from this time on, in milliseconds since the epoch, do not count */
  public ArmPolicies(ServedChoices choices, long untilMs) {
    this.choices =
        choices.all().stream().filter(choice -> choice.page().timeMs() < untilMs).toList();
  }

  /**
   * Estimates policies.
   *
   * @param arm the arm as the served log names it, {@code experiment=arm}
   * @param actions rewarded actions; empty means all actions that users took on the items of the
   *     arm's choices
   */
  public PolicyReport of(String arm, List<Policy> policies, List<String> actions) {
    List<ServedChoice> own = choices.stream().filter(choice -> isOf(choice, arm)).toList();
    List<String> rewarded =
        actions.isEmpty()
            ? own.stream().flatMap(choice -> choice.actions().stream()).distinct().sorted().toList()
            : actions;
    return rewarded.isEmpty()
        ? new PolicyReport(
            List.of(),
            List.of(
                "explored places on which users acted expected, got %s places"
                    .formatted(own.size())))
        : PolicyReport.of(policies, rewarded, own);
  }

  private static boolean isOf(ServedChoice choice, String arm) {
    return Arrays.asList(choice.page().arm().split(",", -1)).contains(arm);
  }
}
