package io.unipin.cli.config;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands about settings. */
@Command(
    name = "config",
    description =
        "Describes the settings of a server, shows which are in effect, or compares two files.",
    synopsisSubcommandLabel = "schema|show|diff",
    commandListHeading = "%nWhat to do:%n",
    subcommands = {ConfigSchemaCommand.class, ConfigShowCommand.class, ConfigDiffCommand.class},
    footer = {
      "",
      "Examples:",
      "  ./unipin config schema --out server.schema.json",
      "  ./unipin config show --config server.yaml --changed",
      "  ./unipin config diff server.yaml docker/server.yaml"
    })
public final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "one of schema, show, diff expected");
  }
}
