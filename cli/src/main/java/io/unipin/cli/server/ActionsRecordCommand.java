package io.unipin.cli.server;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.UserActions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Records one action or corrects it. */
@Command(
    name = "record",
    description = {
      "Makes a server record what a user did with an item.",
      "To correct a recorded event, record it again with a higher revision."
    },
    footer = {
      "",
      "Examples:",
      "  ./unipin actions record --user u0001 --event e1 --item 42 --action click --action save",
      "  ./unipin actions record --user u0001 --event e2 --item-key lamp-7 --action click"
    })
final class ActionsRecordCommand implements Callable<Integer> {
  @Mixin private ActionsOptions options;

  @Option(
      names = "--event",
      required = true,
      paramLabel = "ID",
      description = "Id of the event among the user's events.")
  private String event;

  @ArgGroup(multiplicity = "1")
  private ItemName item = new ItemName();

  /** The options that name the item, by its id or by its key. */
  private static final class ItemName {
    @Option(names = "--item", required = true, paramLabel = "ID", description = "The item.")
    private long id;

    @Option(
        names = "--item-key",
        required = true,
        paramLabel = "KEY",
        description = "The item by its key in the catalogue, instead of its id.")
    private String key = "";
  }

  @Option(
      names = "--action",
      paramLabel = "NAME",
      description =
          "Action on the item; may be repeated. Default: none, the user only saw the item.")
  private List<String> actions = new ArrayList<>();

  @Option(
      names = "--surface",
      defaultValue = "",
      paramLabel = "NAME",
      description = "Surface of the item. Default: the bundle's first surface.")
  private String surface;

  @Option(
      names = "--time",
      paramLabel = "MS",
      description =
          "Time of the event in milliseconds since 1970. Default: now. A correction needs the"
              + " event's original time.")
  private @Nullable Long timeMs;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Action action =
        Action.newBuilder()
            .setItemId(item.id)
            .setItemKey(item.key)
            .addAllActions(actions)
            .setSurface(surface)
            .setTimeMs(timeMs == null ? System.currentTimeMillis() : timeMs)
            .setEventId(event)
            .setRevision(options.revision())
            .build();
    RecordActionsRequest request =
        RecordActionsRequest.newBuilder()
            .addUsers(UserActions.newBuilder().setUserId(options.user()).addActions(action))
            .build();
    try (UniPinClient client = options.connect()) {
      RecordActionsResponse response = client.recordActions(request);
      spec.commandLine().getOut().println(ActionsText.recorded(response));
      options.write(response);
    }
    return 0;
  }
}
