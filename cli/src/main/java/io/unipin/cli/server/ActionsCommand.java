package io.unipin.cli.server;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands that change the recorded actions of a user at a running server. */
@Command(
    name = "actions",
    description =
        "Records an action of a user at a running server, corrects a recorded action, or retracts"
            + " recorded actions.",
    synopsisSubcommandLabel = "record|retract",
    commandListHeading = "%nWhat to do:%n",
    subcommands = {ActionsRecordCommand.class, ActionsRetractCommand.class},
    footer = {
      "",
      "Example:",
      "  ./unipin actions record --user u0001 --event e1 --item 42 --action click",
      "  ./unipin actions record --user u0001 --event e1 --item 42 --action save --revision 1",
      "  ./unipin actions retract --user u0001 --event e1 --revision 1"
    })
public final class ActionsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "one of record, retract expected");
  }
}
