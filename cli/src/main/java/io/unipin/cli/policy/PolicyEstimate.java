package io.unipin.cli.policy;

import io.unipin.cli.statistics.ImportanceSum;
import io.unipin.cli.statistics.Interval;
import io.unipin.serving.log.ServedChoice;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An estimate of the reward that another policy would have had at the positions where exploration
 * chose the item. The reward of a position is 1 if the user took the action on the shown item, else
 * 0.
 *
 * @param action the rewarded action
 * @param size number of positions, and number of users who saw these positions
 * @param logged mean reward of the pages as they were served
 * @param ips mean reward of the policy, estimated by inverse propensities, with a 95 % interval
 * @param snips mean reward of the policy, estimated by self-normalised inverse propensities, with a
 *     95 % interval
 * @param effectiveSize effective sample size: an estimate from this many choices of the policy
 *     itself would be about as precise
 */
public record PolicyEstimate(
    String policy,
    String action,
    Size size,
    double logged,
    ImportanceSum.Mean ips,
    ImportanceSum.Mean snips,
    double effectiveSize) {
  /** The smallest effective sample size for which an interval is trusted. */
  public static final double LEAST_EFFECTIVE_SIZE = 100;

  /** The smallest number of users for which an interval is trusted. */
  public static final int LEAST_USERS = 20;

  /**
   * The number of positions where exploration chose the item, and the number of users who saw these
   * positions.
   */
  public record Size(long choices, int users) {}

  /**
   * Estimates a policy's value.
   *
   * @throws PolicyException if the choices do not support an estimate: the policy would have shown
   *     items that the log's draws could not show, or the effective sample size is too small
   */
  public static PolicyEstimate of(Policy policy, String action, List<ServedChoice> choices) {
    if (choices.isEmpty()) {
      throw new PolicyException(
          "places that exploration decided expected, got none: were the pages served with"
              + " slate.exploration?");
    }
    ImportanceSum sum = new ImportanceSum();
    long unsupported = 0;
    for (ServedChoice choice : choices) {
      Optional<Double> probability = policy.probability(choice);
      unsupported += probability.isEmpty() ? 1 : 0;
      double weight = probability.orElse(0.0) / choice.propensity();
      sum.add(choice.page().user(), weight, choice.actions().contains(action) ? 1 : 0);
    }
    if (unsupported > 0) {
      throw refused(
          policy,
          "choices that the log's draws could make expected, got %s of %s that they could not"
              .formatted(unsupported, choices.size()));
    }
    if (sum.effectiveSize() < LEAST_EFFECTIVE_SIZE || sum.users() < LEAST_USERS) {
      throw refused(
          policy,
          String.format(
              Locale.ROOT,
              "an effective sample size of at least %.0f and %s users expected, got %.1f (of %s"
                  + " choices) and %s users",
              LEAST_EFFECTIVE_SIZE,
              LEAST_USERS,
              sum.effectiveSize(),
              choices.size(),
              sum.users()));
    }
    if (sum.snips().interval().low() == sum.snips().interval().high()) {
      throw refused(policy, "places with and without the action '" + action + "' expected");
    }
    return new PolicyEstimate(
        policy.name(),
        action,
        new Size(sum.choices(), sum.users()),
        sum.logged(),
        sum.ips(),
        sum.snips(),
        sum.effectiveSize());
  }

  private static PolicyException refused(Policy policy, String why) {
    return new PolicyException("policy %s refused: %s".formatted(policy.name(), why));
  }

  /** Returns the interval of the self-normalised mean. */
  public Interval interval() {
    return snips.interval();
  }
}
