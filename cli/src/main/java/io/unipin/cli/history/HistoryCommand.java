package io.unipin.cli.history;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands that work on the store of users' histories. */
@Command(
    name = "history",
    description = "Moves users' histories between stores, or builds them again from a topic.",
    synopsisSubcommandLabel = "copy|rebuild",
    commandListHeading = "%nWhat to do:%n",
    subcommands = {HistoryCopyCommand.class, HistoryRebuildCommand.class},
    footer = {
      "",
      "Example:",
      "  ./unipin history copy --config server.yaml --to REDIS",
      "  ./unipin history rebuild --config server.yaml"
    })
public final class HistoryCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "copy or rebuild expected");
  }
}
