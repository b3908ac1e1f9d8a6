package io.unipin.benchmarks.cluster;

import io.unipin.cli.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands for a fleet on one machine. */
@Command(
    name = "cluster",
    description = "Shows a fleet of replicas on this machine.",
    synopsisSubcommandLabel = "demo",
    commandListHeading = "%nWhat to do:%n",
    subcommands = ClusterDemoCommand.class,
    footer = {"", "Example:", "  ./unipin cluster demo"})
public final class ClusterVerb implements Verb {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "demo expected");
  }
}
