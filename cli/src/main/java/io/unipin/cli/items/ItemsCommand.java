package io.unipin.cli.items;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands that put, delete and show items of a running server. */
@Command(
    name = "items",
    description =
        "Puts new items into a running server, which serves them at once; deletes items, or shows"
            + " one.",
    synopsisSubcommandLabel = "put|delete|get",
    commandListHeading = "%nWhat to do:%n",
    subcommands = {ItemsPutCommand.class, ItemsDeleteCommand.class, ItemsGetCommand.class},
    footer = {
      "",
      "Example:",
      "  ./unipin items put new-items.parquet --server localhost:9091",
      "  ./unipin items get 4711",
      "  ./unipin items delete 4711 4712"
    })
public final class ItemsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "one of put, delete, get expected");
  }
}
