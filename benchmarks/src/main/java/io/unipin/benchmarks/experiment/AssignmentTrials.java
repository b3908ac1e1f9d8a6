package io.unipin.benchmarks.experiment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.unipin.cli.statistics.SampleRatio;
import io.unipin.serving.experiment.ArmConfig;
import io.unipin.serving.experiment.ExperimentPlan;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.experiment.ExperimentsConfig;
import io.unipin.serving.experiment.LayerConfig;
import io.unipin.serving.experiment.SlotRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Checks the assignment of users to arms over many users and salts. */
final class AssignmentTrials {
  private static final String NAME = "trial";

  private AssignmentTrials() {}

  /**
   * Returns the configuration of one experiment that has all slots. Its arms a0, a1, … have these
   * weights.
   */
  private static Experiments experiment(String salt, double rollout, int... weights) {
    Map<String, ArmConfig> arms = new TreeMap<>();
    for (int i = 0; i < weights.length; i++) {
      arms.put("a" + i, new ArmConfig(weights[i], "", JsonNodeFactory.instance.objectNode()));
    }
    ExperimentPlan plan =
        new ExperimentPlan(salt, SlotRange.parse("0-9999"), rollout, arms, Map.of());
    LayerConfig layer = new LayerConfig(Map.of(NAME, plan));
    return new Experiments(new ExperimentsConfig("common", 0, Map.of("layer", layer)));
  }

  private static Map<String, Double> shares(Experiments experiments) {
    return experiments.plan(NAME).orElseThrow().shares();
  }

  private static Map<String, Long> count(Experiments experiments, int users) {
    Map<String, Long> counts = new HashMap<>();
    for (int user = 0; user < users; user++) {
      experiments
          .assign("user-" + user)
          .forEach(assignment -> counts.merge(assignment.arm(), 1L, Long::sum));
    }
    return counts;
  }

  /**
   * Compares the number of users of each arm with the number that the arm's share predicts. Returns
   * the largest difference in standard deviations.
   */
  static double farthestArm(int users, int... weights) {
    Experiments experiments = experiment("shares", 100, weights);
    Map<String, Long> counts = count(experiments, users);
    return shares(experiments).entrySet().stream()
        .mapToDouble(
            arm -> {
              double share = arm.getValue();
              double sigma = Math.sqrt(users * share * (1 - share));
              return Math.abs(counts.getOrDefault(arm.getKey(), 0L) - users * share) / sigma;
            })
        .max()
        .orElseThrow();
  }

  /**
   * Returns the share of salts for which a chi-square test does not reject the assignment at level
   * 0.001.
   */
  static double uniformSalts(int salts, int users, int... weights) {
    int uniform = 0;
    for (int salt = 0; salt < salts; salt++) {
      Experiments experiments = experiment("salt-" + salt, 100, weights);
      SampleRatio ratio = SampleRatio.of(count(experiments, users), shares(experiments));
      uniform += ratio.pValue() > SampleRatio.LEAST ? 1 : 0;
    }
    return (double) uniform / salts;
  }

  /**
   * Returns the number of users who lost their arm when the rollout grew from one of these
   * percentages to the next one.
   */
  static long moved(int users, List<Double> rollouts) {
    long moved = 0;
    Map<String, String> before = new HashMap<>();
    for (double rollout : rollouts) {
      Experiments experiments = experiment("ramp", rollout, 1, 1);
      Map<String, String> now = new HashMap<>();
      for (int i = 0; i < users; i++) {
        String user = "user-" + i;
        experiments.assign(user).forEach(assignment -> now.put(user, assignment.arm()));
      }
      moved +=
          before.entrySet().stream()
              .filter(entry -> !entry.getValue().equals(now.get(entry.getKey())))
              .count();
      before = now;
    }
    return moved;
  }
}
