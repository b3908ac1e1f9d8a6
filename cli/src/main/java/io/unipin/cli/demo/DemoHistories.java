package io.unipin.cli.demo;

import io.unipin.cli.console.Progress;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.util.List;
import java.util.Locale;

/** Sends the users' histories to a server through RecordActions, as any caller would. */
public final class DemoHistories {
  private static final int ACTIONS_PER_CALL = 1000;
  private static final int WARM_UP_CALLS = 60;

  private final UniPinClient client;
  private final List<DemoUser> users;

  public DemoHistories(UniPinClient client, List<DemoUser> users) {
    this.client = client;
    this.users = users;
  }

  /** Records all histories and returns a line of text with their numbers. */
  public String record() {
    long begin = System.nanoTime();
    long recorded = 0;
    RecordActionsRequest.Builder request = RecordActionsRequest.newBuilder();
    int waiting = 0;
    try (Progress progress = Progress.begin("recording histories", users.size())) {
      for (int u = 0; u < users.size(); u++) {
        DemoUser user = users.get(u);
        List<Action> history = user.history();
        for (int from = 0; from < history.size(); from += ACTIONS_PER_CALL) {
          int to = Math.min(history.size(), from + ACTIONS_PER_CALL);
          request.addUsers(
              UserActions.newBuilder()
                  .setUserId(user.id())
                  .addAllActions(history.subList(from, to)));
          waiting += to - from;
          if (waiting >= ACTIONS_PER_CALL) {
            recorded += client.recordActions(request.build()).getRecorded();
            request.clear();
            waiting = 0;
          }
        }
        progress.at(u + 1, users.size(), "");
      }
      if (waiting > 0) {
        recorded += client.recordActions(request.build()).getRecorded();
      }
    }
    return String.format(
        Locale.ROOT,
        "RecordActions told it the histories of %,d users: %,d actions in %.1f s",
        users.size(),
        recorded,
        (System.nanoTime() - begin) / 1e9);
  }

  /**
   * Sends some requests of other users and returns a line about them. After these requests, timings
   * no longer include the JVM's compilation of the server's code.
   */
  String warmUp() {
    int calls = 0;
    for (int i = 0; i < WARM_UP_CALLS && users.size() > 1; i++) {
      DemoUser user = users.get(1 + i % (users.size() - 1));
      client.retrieveAndRank(
          RetrieveAndRankRequest.newBuilder()
              .setUser(UserContext.newBuilder().setUserId(user.id()).setTimeMs(user.visitMs()))
              .build());
      calls++;
    }
    return calls + " requests of other users warmed it up";
  }
}
