package io.unipin.cli.bundle;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands that publish bundles, put them in service and roll them back. */
@Command(
    name = "bundle",
    description =
        "Publishes bundles to a server's folder, and changes what a running server serves.",
    synopsisSubcommandLabel = "publish|list|swap|rollback|reload-counts",
    commandListHeading = "%nWhat to do:%n",
    subcommands = {
      BundlePublishCommand.class,
      BundleListCommand.class,
      BundleSwapCommand.class,
      BundleRollbackCommand.class,
      BundleReloadCountsCommand.class
    },
    footer = {
      "",
      "Example:",
      "  ./unipin bundle publish out/bundle --to bundles --name main-2",
      "  ./unipin bundle swap main-2",
      "  ./unipin bundle rollback"
    })
public final class BundleCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "one of publish, list, swap, rollback, reload-counts expected");
  }
}
