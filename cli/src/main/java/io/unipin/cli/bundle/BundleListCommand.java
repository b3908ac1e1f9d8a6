package io.unipin.cli.bundle;

import io.unipin.cli.server.AdminOptions;
import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.BundleListing;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the bundles that a server could load. */
@Command(
    name = "list",
    description = "Lists the bundles in a server's folder, newest first.",
    footer = {"", "Example:", "  ./unipin bundle list --admin 127.0.0.1:9091"})
final class BundleListCommand implements Callable<Integer> {
  @Mixin private AdminOptions admin;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (UniPinAdminClient client = admin.connect()) {
      for (BundleListing bundle : client.bundles()) {
        out.println(line(bundle));
      }
    }
    return 0;
  }

  private static String line(BundleListing bundle) {
    if (!bundle.getProblem().isEmpty()) {
      return "%-24s unusable: %s".formatted(bundle.getBundle(), bundle.getProblem());
    }
    List<String> parts = new ArrayList<>();
    parts.add(bundle.getCreated());
    parts.add("model " + bundle.getModel());
    parts.add("index " + bundle.getIndex());
    parts.add(bundle.getItems() + " items");
    if (!bundle.getCounts().isEmpty()) {
      parts.add("counts " + bundle.getCounts());
    }
    if (bundle.getServes()) {
      parts.add("serves");
    }
    if (bundle.getPrevious()) {
      parts.add("ready for a roll-back");
    }
    return "%-24s %s".formatted(bundle.getBundle(), String.join(", ", parts));
  }
}
