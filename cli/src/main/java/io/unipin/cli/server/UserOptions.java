package io.unipin.cli.server;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that change a server's data about one user. */
final class UserOptions {
  @Option(names = "--user", required = true, paramLabel = "ID", description = "The user.")
  private String user;

  @Option(
      names = "--address",
      defaultValue = "127.0.0.1:9090",
      paramLabel = "HOST:PORT",
      description = "Default: ${DEFAULT-VALUE}.")
  private String address;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the response there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Mixin private ConnectionOptions connection;

  String user() {
    return user;
  }

  UniPinClient connect() throws IOException {
    return UniPinClient.connect(address, connection.security());
  }

  void write(MessageOrBuilder response) throws IOException {
    if (json != null) {
      OutputFile.write(
          json, JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(response) + "\n");
    }
  }
}
