package io.unipin.serving.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.serving.experiment.ExperimentPlan;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.experiment.ExperimentsConfig;
import java.util.List;
import java.util.Map;

/** The experiments of a server, in the form in which the console's JSON shows them. */
final class ExperimentViews {
  private ExperimentViews() {}

  record Overview(double holdout, List<Layer> layers) {}

  record Layer(String name, List<Experiment> experiments) {}

  record Experiment(String name, String slots, double rollout, int overrides, List<Arm> arms) {}

  /** One arm. {@code share} is the arm's share of the experiment's users, 0 to 1. */
  record Arm(String name, double share, String bundle, JsonNode settings) {}

  static Overview of(Experiments experiments) {
    ExperimentsConfig config = experiments.config();
    return new Overview(
        config.holdout(),
        config.layers().entrySet().stream()
            .map(
                layer ->
                    new Layer(
                        layer.getKey(),
                        layer.getValue().experiments().entrySet().stream()
                            .map(plan -> experiment(plan.getKey(), plan.getValue()))
                            .toList()))
            .toList());
  }

  /** Returns all arms, written as {@code experiment=arm}, in the order of the configuration. */
  static List<String> arms(Experiments experiments) {
    return of(experiments).layers().stream()
        .flatMap(layer -> layer.experiments().stream())
        .flatMap(
            experiment ->
                experiment.arms().stream().map(arm -> experiment.name() + "=" + arm.name()))
        .toList();
  }

  private static Experiment experiment(String name, ExperimentPlan plan) {
    Map<String, Double> shares = plan.shares();
    return new Experiment(
        name,
        plan.slots().toString(),
        plan.rollout(),
        plan.overrides().size(),
        plan.arms().entrySet().stream()
            .map(
                arm ->
                    new Arm(
                        arm.getKey(),
                        shares.getOrDefault(arm.getKey(), 0.0),
                        arm.getValue().bundle(),
                        arm.getValue().settings()))
            .toList());
  }
}
