package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Checks that every replica immediately sees the changes of every other replica. The changes are
 * recorded actions, page cursors, and users' rows in a tier that replicas share.
 */
final class SharedScene {
  private static final int ROUNDS = 1000;
  private static final int QUICK_ROUNDS = 200;
  private static final int CURSORS = 20;
  private static final int USERS = 50;
  private static final int PAGE = 10;

  private final ClusterWorld world;

  SharedScene(ClusterWorld world) {
    this.world = world;
  }

  Map<String, Object> play() throws IOException, InterruptedException {
    Path folder = world.folder("shared");
    Map<String, Object> results = new LinkedHashMap<>();
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        FleetProcesses fleet = world.fleet(folder.resolve("fleet"), 2, redis.settings());
        UniPinClient first = UniPinClient.connect(fleet.replica(0).address());
        UniPinClient second = UniPinClient.connect(fleet.replica(1).address())) {
      results.put("record_to_page_stale", stale(first, second));
      results.put("cursor_failures", cursorFailures(fleet, first, second));
    }
    results.putAll(new SharedTierScene(world).play());
    return results;
  }

  /**
   * Records actions at one replica and immediately requests pages from the other replica. Returns
   * the number of pages that lack an action.
   */
  private int stale(UniPinClient first, UniPinClient second) {
    int stale = 0;
    int rounds = world.quick() ? QUICK_ROUNDS : ROUNDS;
    for (int round = 0; round < rounds; round++) {
      String user = "shared-" + round % USERS;
      Action action =
          Action.newBuilder()
              .setEventId("event-" + round)
              .setItemId(round)
              .addActions("click")
              .setTimeMs(System.currentTimeMillis())
              .build();
      (round % 2 == 0 ? first : second)
          .recordActions(
              RecordActionsRequest.newBuilder()
                  .addUsers(UserActions.newBuilder().setUserId(user).addActions(action))
                  .build());
      RetrieveAndRankResponse page = page(round % 2 == 0 ? second : first, user, "");
      if (page.getServed().getHistoryActions() != round / USERS + 1) {
        stale++;
      }
    }
    return stale;
  }

  private static RetrieveAndRankResponse page(UniPinClient client, String user, String cursor) {
    return client.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user))
            .setPageSize(PAGE)
            .setPageCursor(cursor)
            .build());
  }

  /** Requests second pages from one replica after the replica of the first pages was killed. */
  private static int cursorFailures(FleetProcesses fleet, UniPinClient first, UniPinClient second)
      throws InterruptedException {
    Map<String, String> cursors = new LinkedHashMap<>();
    for (int user = 0; user < CURSORS; user++) {
      String id = "shared-" + user;
      cursors.put(id, page(first, id, "").getNextPageCursor());
    }
    fleet.replica(0).kill();
    int failures = 0;
    for (Map.Entry<String, String> entry : cursors.entrySet()) {
      try {
        if (page(second, entry.getKey(), entry.getValue()).getItemsCount() == 0) {
          failures++;
        }
      } catch (RequestException e) {
        failures++;
      }
    }
    return failures;
  }
}
