package io.unipin.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.unipin.cli.server.ActionsText;
import io.unipin.cli.server.EraseText;
import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.ItemPlace;
import io.unipin.proto.v1.ItemStatus;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetractActionsResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The commands that record and retract actions, and erase users. Not thread-safe. */
final class ActionVerbs {
  private final Context context;

  ActionVerbs(Context context) {
    this.context = context;
  }

  List<ShellVerb> verbs() {
    return List.of(
        new ShellVerb("act", "ACTION[,ACTION] ITEM", "Records an action on an item.", this::act),
        new ShellVerb(
            "retract",
            "[EVENT]",
            "Takes back an event; without a word, this session's last one.",
            this::retract),
        new ShellVerb("erase", "USER", "Erases all that is kept of a user.", this::erase));
  }

  private JsonNode act(Arguments arguments) {
    arguments.require(2, 2, "act ACTION ITEM");
    Session session = context.session();
    String user = session.user();
    List<String> actions = List.of(arguments.words().get(0).split(",", -1));
    ItemName item = ItemName.of(arguments.words().get(1), session.feed());
    session.knowActions(context.ports().admin(UniPinAdminClient::bundle).getActionsList());
    actions.forEach(action -> requireAction(action, arguments.words().get(1)));
    requireServed(item);
    String event = event();
    RecordActionsRequest request = request(user, actions, item, event);
    RecordActionsResponse response =
        context.ports().service(client -> client.recordActions(request));
    session.recorded(event);
    context
        .out()
        .printf(
            "%s: %s on %s, event %s%n",
            ActionsText.recorded(response), String.join(", ", actions), item.text(), event);
    return Context.json(response);
  }

  private void requireAction(String action, String item) {
    if (!context.session().actions().contains(action)) {
      throw new ShellException(
          "an action of the bundle, one of %s, expected, got '%s'%s"
              .formatted(
                  context.session().actions(),
                  action,
                  Nearest.hint(action, context.session().actions())),
          "act " + context.session().actions().iterator().next() + " " + item);
    }
  }

  /** Refuses an item that is on no page of this session and that no bundle knows. */
  private void requireServed(ItemName item) {
    if (!item.title().isEmpty()) {
      return;
    }
    ItemStatus status = context.ports().admin(admin -> admin.getItem(item.request()));
    boolean known =
        status.hasItem()
            || status.getPlacesList().stream()
                .anyMatch(place -> place.getService() != ItemPlace.Service.NOT_SERVED);
    if (!known) {
      throw item.unknown(context.session().feed());
    }
  }

  private RecordActionsRequest request(
      String user, List<String> actions, ItemName item, String event) {
    Action action =
        Action.newBuilder()
            .setItemId(item.id())
            .setItemKey(item.key())
            .addAllActions(actions)
            .setSurface(context.session().surface())
            .setTimeMs(System.currentTimeMillis())
            .setEventId(event)
            .build();
    return RecordActionsRequest.newBuilder()
        .addUsers(UserActions.newBuilder().setUserId(user).addActions(action))
        .build();
  }

  private static String event() {
    return "shell-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  private JsonNode retract(Arguments arguments) {
    arguments.require(0, 1, "retract [EVENT]");
    Session session = context.session();
    String user = session.user();
    List<String> own = session.events();
    if (arguments.words().isEmpty() && own.isEmpty()) {
      throw new ShellException(
          "an event expected, got none: this session recorded none of " + user, "act ACTION ITEM");
    }
    String event = arguments.words().isEmpty() ? own.get(0) : arguments.words().get(0);
    RetractActionsRequest request =
        RetractActionsRequest.newBuilder().setUserId(user).addEventIds(event).build();
    RetractActionsResponse response =
        context.ports().service(client -> client.retractActions(request));
    session.retracted(event);
    context.out().println("event " + event);
    ActionsText.retracted(response, context.out());
    return Context.json(response);
  }

  private JsonNode erase(Arguments arguments) throws IOException {
    arguments.require(1, 1, "erase USER");
    String user = arguments.words().get(0);
    if (!context.lines().confirms("Erase all that is kept of " + user + "?")) {
      context.out().println("nothing was erased");
      return MissingNode.getInstance();
    }
    EraseUserResponse response = context.ports().service(client -> client.erase(user));
    context.session().forget(user);
    EraseText.print(response, context.out());
    int missing = response.getUnconfirmedCount() + response.getUnseenCount();
    if (missing > 0) {
      throw new ShellException(
          "a confirmation of every replica expected, got none of " + missing, "erase " + user);
    }
    return Context.json(response);
  }
}
