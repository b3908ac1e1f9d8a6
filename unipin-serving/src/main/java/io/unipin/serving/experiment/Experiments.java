package io.unipin.serving.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Assigns users to arms. The assignment depends only on the configuration and the user's id.
 *
 * <p>Immutable. An assignment computes a few hashes per layer.
 */
public final class Experiments {
  /*
   * The rules use slot(salt, space, user) of Slots, the common salt S and an experiment's salt s:
   *   held out       slot(S, "/holdout", user) < holdout
   *   experiment     the experiment of the layer whose range holds slot(S, layer, user)
   *   takes part     slot(s, experiment + "/rollout", user) < rollout
   *   arm            by weight from slot(s, experiment + "/arm", user)
   *
   * Rollout and arm use different spaces. If they used the same space, a small rollout would reach
   * only the first arm. Names hold no '/', so no two spaces are equal.
   */
  /** Name under which the holdout is logged, with the arms {@link #HELD_OUT} and {@link #IN}. */
  public static final String HOLDOUT = "holdout";

  public static final String HELD_OUT = "out";
  public static final String IN = "in";

  private final ExperimentsConfig config;

  public Experiments(ExperimentsConfig config) {
    this.config = config;
  }

  /**
   * Returns the user's experiments, at most one per layer. A user in the holdout has only {@link
   * #HOLDOUT} and the experiments that override the user's arm.
   */
  public List<Assignment> assign(String user) {
    boolean hasHoldout = config.holdoutSlots() > 0;
    boolean out =
        hasHoldout && Slots.of(config.salt(), "/" + HOLDOUT, user) < config.holdoutSlots();
    List<Assignment> assignments = new ArrayList<>(config.layers().size() + 1);
    for (Map.Entry<String, LayerConfig> layer : config.layers().entrySet()) {
      assignment(layer.getKey(), layer.getValue(), user, out).ifPresent(assignments::add);
    }
    if (hasHoldout) {
      // A user with an overridden arm must appear in no report, including the holdout's report.
      boolean overridden = assignments.stream().anyMatch(Assignment::overridden);
      assignments.add(0, new Assignment("", HOLDOUT, out ? HELD_OUT : IN, overridden));
    }
    return List.copyOf(assignments);
  }

  private Optional<Assignment> assignment(
      String layer, LayerConfig config, String user, boolean heldOut) {
    for (Map.Entry<String, ExperimentPlan> plan : config.experiments().entrySet()) {
      String arm = plan.getValue().overrides().get(user);
      if (arm != null) {
        return Optional.of(new Assignment(layer, plan.getKey(), arm, true));
      }
    }
    if (heldOut) {
      return Optional.empty();
    }
    int slot = Slots.of(this.config.salt(), layer, user);
    for (Map.Entry<String, ExperimentPlan> plan : config.experiments().entrySet()) {
      if (plan.getValue().slots().contains(slot)) {
        return arm(plan.getKey(), plan.getValue(), user)
            .map(arm -> new Assignment(layer, plan.getKey(), arm, false));
      }
    }
    return Optional.empty();
  }

  private Optional<String> arm(String name, ExperimentPlan plan, String user) {
    String salt = salt(plan);
    if (Slots.of(salt, name + "/rollout", user) >= plan.rolloutSlots()) {
      return Optional.empty();
    }
    return Optional.of(plan.arm(Slots.of(salt, name + "/arm", user)));
  }

  /**
   * Returns an assignment to an arm. It equals the assignment of a user whose id the configuration
   * assigns to this arm.
   *
   * @param label the arm, written as {@code experiment=arm}
   * @return empty if no experiment has this arm
   */
  public Optional<Assignment> arm(String label) {
    return config.layers().entrySet().stream()
        .flatMap(
            layer ->
                layer.getValue().experiments().entrySet().stream()
                    .flatMap(
                        plan ->
                            plan.getValue().arms().keySet().stream()
                                .map(
                                    arm ->
                                        new Assignment(layer.getKey(), plan.getKey(), arm, true))))
        .filter(assignment -> assignment.label().equals(label))
        .findFirst();
  }

  /**
   * Returns a user's assignments, in which one arm replaces the user's own arm of the same layer.
   */
  public static List<Assignment> replace(List<Assignment> assignments, Assignment chosen) {
    return Stream.concat(
            assignments.stream().filter(other -> !other.layer().equals(chosen.layer())),
            Stream.of(chosen))
        .toList();
  }

  private String salt(ExperimentPlan plan) {
    return plan.salt().isEmpty() ? config.salt() : plan.salt();
  }

  /** Returns the salt that assigns an experiment's arms. */
  public String salt(String experiment) {
    return plan(experiment).map(this::salt).orElse(config.salt());
  }

  /** Returns the plan of an experiment; empty for an unknown experiment and for the holdout. */
  public Optional<ExperimentPlan> plan(String experiment) {
    return config.layers().values().stream()
        .flatMap(layer -> layer.experiments().entrySet().stream())
        .filter(entry -> entry.getKey().equals(experiment))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  public ExperimentsConfig config() {
    return config;
  }
}
