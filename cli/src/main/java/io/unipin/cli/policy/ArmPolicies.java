package io.unipin.cli.policy;

import io.unipin.serving.log.ServedChoice;
import io.unipin.serving.log.ServedChoices;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Estimates the rewards of policies from the served pages of one arm. Immutable. */
public final class ArmPolicies {
  private final String experiment;
  private final List<ServedChoice> choices;
  private final Map<String, Map<String, Long>> since;

  /**
   * @param untilMs pages from this time on, in milliseconds since the epoch, do not count
   * @param since by arm, the users that count. Each has the time of the first exposure, in
   *     milliseconds since the epoch. Earlier pages of the user do not count
   */
  public ArmPolicies(
      String experiment,
      ServedChoices choices,
      long untilMs,
      Map<String, Map<String, Long>> since) {
    this.experiment = experiment;
    this.choices =
        choices.all().stream().filter(choice -> choice.page().timeMs() < untilMs).toList();
    this.since = since;
  }

  /**
   * Estimates policies.
   *
   * @param arm name of the arm
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

  private boolean isOf(ServedChoice choice, String arm) {
    ServedChoice.Page page = choice.page();
    Long first = since.getOrDefault(arm, Map.of()).get(page.user());
    return first != null
        && page.timeMs() >= first
        && Arrays.asList(page.arm().split(",", -1)).contains(experiment + "=" + arm);
  }
}
