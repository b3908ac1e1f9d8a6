package io.unipin.cli.server;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.EraseUserResponse;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Erases a user. */
@Command(
    name = "erase",
    description = {
      "Erases all that a server, or every replica of its fleet, keeps of a user.",
      "The exit status is 1 if a replica has not confirmed the erasure."
    },
    footer = {"", "Example:", "  ./unipin erase --user u0001"})
public final class EraseCommand implements Callable<Integer> {
  @Mixin private UserOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    EraseUserResponse response;
    try (UniPinClient client = options.connect()) {
      response = client.erase(options.user());
    }
    EraseText.print(response, spec.commandLine().getOut());
    options.write(response);
    return response.getUnconfirmedCount() + response.getUnseenCount() == 0 ? 0 : 1;
  }
}
