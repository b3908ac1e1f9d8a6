package io.unipin.cli.experiment;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands about experiments. */
@Command(
    name = "experiment",
    description = "Checks experiments, shows users' arms, and reports what an experiment did.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      ExperimentValidateCommand.class,
      ExperimentAssignCommand.class,
      ExperimentReportCommand.class,
      ExperimentExportCommand.class
    },
    footer = {
      "",
      "Example:",
      "  ./unipin experiment report --config server.yaml --name wide-retrieval --exposures exposures --served served"
    })
public final class ExperimentCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "a verb expected, such as report");
  }
}
