package io.unipin.cli.server;

import com.google.protobuf.MessageOrBuilder;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name the user whose actions change, the revision, and the server. */
final class ActionsOptions {
  @Option(
      names = "--revision",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Revision. Of an event's records and retractions, the one with the highest revision is"
              + " valid. Default: ${DEFAULT-VALUE}.")
  private long revision;

  @Mixin private UserOptions user;

  String user() {
    return user.user();
  }

  long revision() {
    return revision;
  }

  UniPinClient connect() throws IOException {
    return user.connect();
  }

  void write(MessageOrBuilder response) throws IOException {
    user.write(response);
  }
}
