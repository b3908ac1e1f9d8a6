package io.unipin.cli.experiment;

import io.unipin.cli.console.Table;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.experiment.Experiments;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the arms of users. */
@Command(
    name = "assign",
    description = "Prints the arms of users.",
    footer = {"", "Example:", "  ./unipin experiment assign --config server.yaml u0001 u0002"})
final class ExperimentAssignCommand implements Callable<Integer> {
  @Mixin private ExperimentOptions options;

  @Parameters(arity = "1..*", paramLabel = "USER", description = "Ids of users.")
  private List<String> users = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Experiments experiments = options.read();
    Table table = new Table("user", "layer", "experiment", "arm");
    for (String user : users) {
      List<Assignment> assignments = experiments.assign(user);
      if (assignments.isEmpty()) {
        table.row(user, "-", "-", "-");
      }
      for (Assignment assignment : assignments) {
        String arm = assignment.arm() + (assignment.overridden() ? " (override)" : "");
        table.row(user, assignment.layer(), assignment.experiment(), arm);
      }
    }
    table.print(spec.commandLine().getOut());
    return 0;
  }
}
