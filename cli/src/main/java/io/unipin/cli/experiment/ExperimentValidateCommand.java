package io.unipin.cli.experiment;

import io.unipin.cli.console.Table;
import io.unipin.serving.experiment.ArmConfig;
import io.unipin.serving.experiment.ExperimentPlan;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.experiment.Knob;
import io.unipin.serving.experiment.LayerConfig;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Reads a configuration as the server does and prints its experiments. */
@Command(
    name = "validate",
    description = "Checks a configuration as the server would, and prints its experiments.",
    footer = {"", "Example:", "  ./unipin experiment validate --config server.yaml"})
final class ExperimentValidateCommand implements Callable<Integer> {
  @Mixin private ExperimentOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Experiments experiments = options.read();
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("layer", "experiment", "slots", "rollout", "arm", "share", "changes");
    int count = 0;
    for (Map.Entry<String, LayerConfig> layer : experiments.config().layers().entrySet()) {
      for (Map.Entry<String, ExperimentPlan> plan : layer.getValue().experiments().entrySet()) {
        add(table, layer.getKey(), plan.getKey(), plan.getValue());
        count++;
      }
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        "%d experiments in %d layers, %.2f %% of the users held out%n",
        count,
        experiments.config().layers().size(),
        experiments.config().holdout());
    return 0;
  }

  private static void add(Table table, String layer, String name, ExperimentPlan plan) {
    Map<String, Double> shares = plan.shares();
    for (Map.Entry<String, ArmConfig> arm : plan.arms().entrySet()) {
      String changes =
          arm.getValue().knobs().stream().map(Knob::key).collect(Collectors.joining(", "));
      table.row(
          layer,
          name,
          plan.slots(),
          plan.rollout() + " %",
          arm.getKey(),
          String.format(Locale.ROOT, "%.2f %%", 100 * shares.getOrDefault(arm.getKey(), 0.0)),
          changes.isEmpty() ? "nothing" : changes);
    }
  }
}
