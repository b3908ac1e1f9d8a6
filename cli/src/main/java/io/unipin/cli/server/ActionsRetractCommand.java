package io.unipin.cli.server;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetractActionsResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Retracts recorded actions. */
@Command(
    name = "retract",
    description = {
      "Makes a server retract the records of a user's events that have this revision or a lower"
          + " one.",
      "An event that is recorded later with such a revision will not count either."
    },
    footer = {"", "Example:", "  ./unipin actions retract --user u0001 --event e1 --event e2"})
final class ActionsRetractCommand implements Callable<Integer> {
  @Mixin private ActionsOptions options;

  @Option(
      names = "--event",
      required = true,
      paramLabel = "ID",
      description = "Id of an event of the user; may be repeated.")
  private List<String> events = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    RetractActionsRequest request =
        RetractActionsRequest.newBuilder()
            .setUserId(options.user())
            .addAllEventIds(events)
            .setRevision(options.revision())
            .build();
    try (UniPinClient client = options.connect()) {
      RetractActionsResponse response = client.retractActions(request);
      ActionsText.retracted(response, spec.commandLine().getOut());
      options.write(response);
    }
    return 0;
  }
}
