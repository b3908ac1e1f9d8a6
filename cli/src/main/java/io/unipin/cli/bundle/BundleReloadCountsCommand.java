package io.unipin.cli.bundle;

import io.unipin.cli.server.AdminOptions;
import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.CountsStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replaces the tables of counts by which a server ranks. */
@Command(
    name = "reload-counts",
    description = {
      "Makes a server read and check tables of counts in its folder of counts, and then rank by"
          + " them.",
      "The server answers requests meanwhile. If the tables fail a check, the server goes on with"
          + " the tables that it has."
    },
    footer = {"", "Example:", "  ./unipin bundle reload-counts 2026-03-01"})
final class BundleReloadCountsCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "Name of a directory inside the server's counts.folder.")
  private String name;

  @Mixin private AdminOptions admin;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (UniPinAdminClient client = admin.connect()) {
      CountsStatus status = client.reloadCounts(name);
      out.printf(
          "%s ranks by the counts %s, which end at %s and take %s of %s bytes%n",
          status.getBundle(),
          status.getGeneration(),
          Instant.ofEpochMilli(status.getUntilMs()),
          status.getBytes(),
          status.getBytesLimit());
      status.getNotUsedList().forEach(out::println);
    }
    return 0;
  }
}
