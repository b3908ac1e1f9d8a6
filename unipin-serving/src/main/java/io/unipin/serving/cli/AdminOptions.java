package io.unipin.serving.cli;

import io.unipin.proto.v1.BundleStatus;
import io.unipin.serving.rpc.UniPinAdminClient;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a server's administration is. */
final class AdminOptions {
  @Option(
      names = "--admin",
      defaultValue = "127.0.0.1:9091",
      paramLabel = "HOST:PORT",
      description = "The server's admin port. Default: ${DEFAULT-VALUE}.")
  private String address;

  @Mixin private ConnectionOptions connection;

  UniPinAdminClient connect() throws IOException {
    return UniPinAdminClient.connect(address, connection.security());
  }

  static void print(BundleStatus status, PrintWriter out) {
    out.printf(
        "%s serves: model %s, index %s, %s items%n",
        status.getBundle(), status.getModel(), status.getIndex(), status.getItems());
    if (!status.getPrevious().isEmpty()) {
      out.println("ready for a roll-back: " + status.getPrevious());
    }
  }
}
