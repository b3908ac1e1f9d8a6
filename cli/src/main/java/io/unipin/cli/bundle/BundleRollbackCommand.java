package io.unipin.cli.bundle;

import io.unipin.cli.server.AdminOptions;
import io.unipin.client.UniPinAdminClient;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Puts the previous bundle in service again. */
@Command(
    name = "rollback",
    description = {
      "Makes a server serve the bundle that it served before the last swap. The server need not"
          + " load that bundle, because it is still loaded.",
      "A second roll-back undoes the first roll-back."
    },
    footer = {"", "Example:", "  ./unipin bundle rollback"})
final class BundleRollbackCommand implements Callable<Integer> {
  @Mixin private AdminOptions admin;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (UniPinAdminClient client = admin.connect()) {
      AdminOptions.print(client.rollBackBundle(), spec.commandLine().getOut());
    }
    return 0;
  }
}
