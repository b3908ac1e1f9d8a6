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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Prepares a server for a step of load. Not thread-safe. */
public final class Preparation {
  private static final int ITEMS = 2000;
  private static final int ACTIONS_PER_CALL = 4000;
  private static final int USERS_PER_CALL = 500;

  private final UniPinClient client;
  private final RunUsers users;
  private final BooleanSupplier stopped;

  public Preparation(UniPinClient client) {
    this(client, new RunUsers(client), () -> false);
  }

  /**
   * Creates a preparation.
   *
   * @param users gets the users that the schedules name
   * @param stopped whether the run must stop: no more histories are then recorded
   */
  Preparation(UniPinClient client, RunUsers users, BooleanSupplier stopped) {
    this.client = client;
    this.users = users;
    this.stopped = stopped;
  }

  /**
   * Returns the items and actions in the server's answer to a user without a history. Made-up
   * histories use these items and actions.
   */
  public Vocabulary learn(String run) {
    String user = probe(run);
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
    users.erase(user);
    return new Vocabulary(items.stream().toList(), actions.stream().toList());
  }

  /**
   * Sends a probe request, and returns the part of the answer that describes the bundle and the
   * model.
   */
  Served describe(String run) {
    String user = probe(run);
    UserContext context = UserContext.newBuilder().setUserId(user).build();
    Served served =
        client
            .retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build())
            .getServed();
    users.erase(user);
    return served;
  }

  private String probe(String run) {
    String user = run + "-probe";
    users.add(user);
    return user;
  }

  /** Records a history for each known user of a schedule who has no history yet. */
  public void histories(
      Schedule schedule, Names names, Histories histories, long seed, LongConsumer recorded) {
    RecordActionsRequest.Builder call = RecordActionsRequest.newBuilder();
    int inCall = 0;
    long total = 0;
    for (Event event : schedule.events()) {
      String user = names.user(event.user());
      if (!users.add(user) || event.user() < 0) {
        continue;
      }
      if (stopped.getAsBoolean()) {
        return;
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
}
