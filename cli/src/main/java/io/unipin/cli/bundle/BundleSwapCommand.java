package io.unipin.cli.bundle;

import io.unipin.cli.server.AdminOptions;
import io.unipin.client.UniPinAdminClient;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts another bundle in service. */
@Command(
    name = "swap",
    description = {
      "Makes a server verify, load, check and warm a bundle of its folder, and then serve the"
          + " bundle.",
      "The server answers requests meanwhile. A bundle that fails one of these steps never serves."
    },
    footer = {"", "Example:", "  ./unipin bundle swap main-2"})
final class BundleSwapCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the bundle.")
  private String name;

  @Mixin private AdminOptions admin;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (UniPinAdminClient client = admin.connect()) {
      AdminOptions.print(client.loadBundle(name), spec.commandLine().getOut());
    }
    return 0;
  }
}
