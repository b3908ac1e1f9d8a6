package io.unipin.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.unipin.cli.console.Table;
import io.unipin.cli.server.SlateText;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The commands that choose a user and show the user's pages and history. Not thread-safe. */
final class FeedVerbs {
  private static final int HISTORY = 20;

  private final Context context;

  FeedVerbs(Context context) {
    this.context = context;
  }

  List<ShellVerb> verbs() {
    return List.of(
        new ShellVerb("user", "ID", "Chooses the user of the next commands.", this::user),
        new ShellVerb("page", "[N]", "Asks for the first page, of N items.", this::page),
        new ShellVerb("next", "", "Asks for the page after the last one.", this::next),
        new ShellVerb(
            "history", "[N]", "Shows the newest N actions that the model read.", this::history));
  }

  private JsonNode user(Arguments arguments) {
    arguments.require(1, 1, "user ID");
    context.session().choose(arguments.words().get(0));
    context.out().println("user " + context.session().user());
    return MissingNode.getInstance();
  }

  private JsonNode page(Arguments arguments) {
    arguments.require(0, 1, "page [N]");
    Session session = context.session();
    int size = count(arguments, 0);
    RetrieveAndRankResponse page = ask(session.user(), size, "");
    session.feed().begin(page, size);
    print(page, 1);
    return Context.json(page);
  }

  private JsonNode next(Arguments arguments) {
    arguments.require(0, 0, "next without words");
    Session session = context.session();
    String user = session.user();
    Feed feed = session.feed();
    if (feed.cursor().isEmpty()) {
      throw new ShellException(
          feed.items().isEmpty()
              ? "a first page expected before the next one, got none"
              : "a further page expected, but the feed ends at #" + feed.items().size(),
          "page");
    }
    int first = feed.items().size() + 1;
    RetrieveAndRankResponse page = ask(user, feed.size(), feed.cursor());
    feed.extend(page);
    print(page, first);
    return Context.json(page);
  }

  private RetrieveAndRankResponse ask(String user, int size, String cursor) {
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(
                UserContext.newBuilder().setUserId(user).setSurface(context.session().surface()))
            .setPageSize(size)
            .setPageCursor(cursor)
            .build();
    return context.ports().service(client -> client.retrieveAndRank(request));
  }

  private void print(RetrieveAndRankResponse page, int firstPlace) {
    if (page.getItemsCount() == 0) {
      context.out().println("the page is empty");
    } else {
      SlateText.print(page, firstPlace, context.session().feed().changes(), context.out());
    }
    context.out().println(SlateText.served(page.getServed()));
  }

  /** Returns the first word as a number of items; {@code usual} if there is no word. */
  private static int count(Arguments arguments, int usual) {
    if (arguments.words().isEmpty()) {
      return usual;
    }
    String word = arguments.words().get(0);
    if (!word.matches("0*[1-9]\\d{0,5}")) {
      throw new ShellException(
          "a number of items from 1 expected, got '" + word + "'", arguments.command() + " 10");
    }
    return Integer.parseInt(word);
  }

  private JsonNode history(Arguments arguments) {
    arguments.require(0, 1, "history [N]");
    int most = count(arguments, HISTORY);
    JsonNode answer =
        context
            .ports()
            .inspect(
                Map.of("user", context.session().user(), "surface", context.session().surface()));
    JsonNode actions = answer.path("history");
    context
        .out()
        .printf(
            "%s actions in all, %s read by the model%n",
            answer.path("lifetime").asText(), actions.size());
    Table table = new Table("time", "actions", "item", "key", "title", "surface");
    for (int i = Math.max(0, actions.size() - most); i < actions.size(); i++) {
      JsonNode action = actions.path(i);
      List<String> names = new ArrayList<>();
      action.path("actions").forEach(name -> names.add(name.asText()));
      table.row(
          Instant.ofEpochMilli(action.path("timeMs").asLong()),
          names.isEmpty() ? "seen" : String.join(",", names),
          action.path("id").asText(),
          action.path("key").asText(),
          action.path("known").asBoolean() ? action.path("title").asText() : "(not in the bundle)",
          action.path("surface").asText());
    }
    if (!actions.isEmpty()) {
      table.print(context.out());
    }
    return actions;
  }
}
