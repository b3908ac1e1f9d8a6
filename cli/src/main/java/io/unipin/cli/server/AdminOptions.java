package io.unipin.cli.server;

import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.BundleStatus;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say where a server's admin port is. */
public final class AdminOptions {
  @Option(
      names = "--admin",
      defaultValue = "127.0.0.1:9091",
      paramLabel = "HOST:PORT",
      description = "The server's admin port. Default: ${DEFAULT-VALUE}.")
  private String address;

  @Mixin private ConnectionOptions connection;

  public UniPinAdminClient connect() throws IOException {
    return UniPinAdminClient.connect(address, connection.security());
  }

  public static void print(BundleStatus status, PrintWriter out) {
    out.printf(
        "%s serves: model %s, index %s, %s items%n",
        status.getBundle(), status.getModel(), status.getIndex(), status.getItems());
    if (!status.getEngine().isEmpty()) { // earlier servers do not report their engine
      out.println("computed by: " + status.getEngine());
    }
    if (!status.getCounts().isEmpty()) {
      out.println("ranks by the counts: " + status.getCounts());
    }
    if (!status.getPrevious().isEmpty()) {
      out.println("ready for a roll-back: " + status.getPrevious());
    }
  }
}
