package io.unipin.cli.history;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the verbs that move histories between stores. */
@Command(
    name = "history",
    description = "Moves users' histories between stores.",
    synopsisSubcommandLabel = "copy",
    commandListHeading = "%nWhat to do:%n",
    subcommands = {HistoryCopyCommand.class},
    footer = {"", "Example:", "  ./unipin history copy --config server.yaml --to REDIS"})
public final class HistoryCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "copy expected");
  }
}
