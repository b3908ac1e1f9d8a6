package io.unipin.cli.loadtest;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Prepares a server for a step of load, and erases the users of the run afterwards. Not
 * thread-safe.
 */
public final class Preparation {
  private static final int ITEMS = 2000;
  private static final int ACTIONS_PER_CALL = 4000;
  private static final int USERS_PER_CALL = 500;

  private final UniPinClient client;
  private final Set<String> known = new HashSet<>();
  private final Set<String> seen = new LinkedHashSet<>();

  public Preparation(UniPinClient client) {
    this.client = client;
  }

  /**
   * Returns the items and actions in the server's answer to a user without a history. Made-up
   * histories use these items and actions.
   */
  public Vocabulary learn(String run) {
    String user = run + "-probe";
    Set<Long> items = new LinkedHashSet<>();
    Set<String> actions = new TreeSet<>();
    String cursor = "";
    do {
      RetrieveAndRankResponse page =
          client.retrieveAndRank(
              RetrieveAndRankRequest.newBuilder()
                  .setUser(UserContext.newBuilder().setUserId(user))
                  .setPageCursor(cursor)
                  .build());
      for (ScoredItem item : page.getItemsList()) {
        items.add(item.getItemId());
        actions.addAll(item.getProbabilitiesMap().keySet());
      }
      cursor = page.getItemsCount() == 0 ? "" : page.getNextPageCursor();
    } while (!cursor.isEmpty() && items.size() < ITEMS);
    client.eraseUser(user);
    return new Vocabulary(items.stream().toList(), actions.stream().toList());
  }

  /**
   * Sends a probe request, and returns the part of the answer that describes the bundle and the
   * model.
   */
  Served describe(String run) {
    String user = run + "-probe";
    UserContext context = UserContext.newBuilder().setUserId(user).build();
    Served served =
        client
            .retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build())
            .getServed();
    client.eraseUser(user);
    return served;
  }

  /** Records a history for each known user of a schedule who has no history yet. */
  public void histories(
      Schedule schedule, Names names, Histories histories, long seed, LongConsumer recorded) {
    RecordActionsRequest.Builder call = RecordActionsRequest.newBuilder();
    int inCall = 0;
    long total = 0;
    for (Event event : schedule.events()) {
      String user = names.user(event.user());
      if (!seen.add(user) || event.user() < 0 || !known.add(user)) {
        continue;
      }
      SplittableRandom random = new SplittableRandom(seed * 1_000_003 + event.user());
      List<Action> history = histories.of(event.user(), user, random, System.currentTimeMillis());
      if (history.isEmpty()) {
        continue;
      }
      call.addUsers(UserActions.newBuilder().setUserId(user).addAllActions(history));
      inCall += history.size();
      if (inCall >= ACTIONS_PER_CALL || call.getUsersCount() >= USERS_PER_CALL) {
        client.recordActions(call.build());
        total += inCall;
        recorded.accept(total);
        call.clear();
        inCall = 0;
      }
    }
    if (inCall > 0) {
      client.recordActions(call.build());
    }
  }

  /** Erases all users of the run. */
  void forget(LongConsumer erased) {
    long count = 0;
    for (String user : seen) {
      client.eraseUser(user);
      erased.accept(++count);
    }
    seen.clear();
    known.clear();
  }
}
