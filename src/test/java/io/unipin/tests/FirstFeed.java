package io.unipin.tests;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.PrintStream;
import java.util.UUID;

/** The program of {@code docs/first-feed.md}. */
final class FirstFeed {
  private FirstFeed() {}

  static void visit(String address, String userId, PrintStream out) {
    try (UniPinClient client = UniPinClient.connect(address)) {
      UserContext user = UserContext.newBuilder().setUserId(userId).build();

      // One call retrieves candidates and ranks them for a page.
      RetrieveAndRankResponse page =
          client.retrieveAndRank(
              RetrieveAndRankRequest.newBuilder().setUser(user).setPageSize(5).build());
      print("first page", page, out);

      // Requests the next page. The cursor says which items were shown, so no item comes twice.
      RetrieveAndRankResponse next =
          client.retrieveAndRank(
              RetrieveAndRankRequest.newBuilder()
                  .setUser(user)
                  .setPageSize(5)
                  .setPageCursor(page.getNextPageCursor())
                  .build());
      print("second page", next, out);

      // The user clicks on an item. Because of the event id, a retry of this call would do no harm.
      ScoredItem clicked = page.getItems(0);
      client.recordActions(
          RecordActionsRequest.newBuilder()
              .addUsers(
                  UserActions.newBuilder()
                      .setUserId(userId)
                      .addActions(
                          Action.newBuilder()
                              .setItemId(clicked.getItemId())
                              .addActions("click")
                              .setTimeMs(System.currentTimeMillis())
                              .setEventId(UUID.randomUUID().toString())))
              .build());

      // The model encodes the new action alone, because the cache holds the state of all earlier
      // actions.
      RetrieveAndRankResponse after =
          client.retrieveAndRank(
              RetrieveAndRankRequest.newBuilder().setUser(user).setPageSize(5).build());
      print("after a click on '" + clicked.getTitle() + "'", after, out);
    }
  }

  private static void print(String name, RetrieveAndRankResponse page, PrintStream out) {
    out.println(name + " (cache: " + page.getServed().getCache() + ")");
    for (ScoredItem item : page.getItemsList()) {
      out.println("  " + item.getTitle() + " " + item.getProbabilitiesMap());
    }
  }
}
