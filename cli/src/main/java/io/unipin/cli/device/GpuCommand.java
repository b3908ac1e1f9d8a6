package io.unipin.cli.device;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands for graphics cards. */
@Command(
    name = "gpu",
    description = "Prepares an NVIDIA card for serving and training, and tries it.",
    synopsisSubcommandLabel = "setup|check",
    commandListHeading = "%nWhat to do:%n",
    subcommands = {GpuSetupCommand.class, GpuCheckCommand.class},
    footer = {
      "",
      "Example:",
      "  ./unipin gpu setup --libtorch /opt/libtorch",
      "  ./unipin gpu check"
    })
public final class GpuCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "setup or check expected");
  }
}
