package io.unipin.cli.items;

import io.unipin.cli.server.ConnectionOptions;
import io.unipin.client.UniPinAdminClient;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name the server whose items are changed or shown. */
final class ItemsOptions {
  @Option(
      names = "--server",
      defaultValue = "localhost:9091",
      paramLabel = "HOST:PORT",
      description = "The server's admin port. Default: ${DEFAULT-VALUE}.")
  private String server;

  @Mixin private ConnectionOptions connection;

  UniPinAdminClient connect() throws IOException {
    return UniPinAdminClient.connect(server, connection.security());
  }
}
