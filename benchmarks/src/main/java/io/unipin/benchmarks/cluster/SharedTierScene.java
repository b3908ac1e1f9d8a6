package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.Served.CacheOutcome;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Two replicas share users' rows. Callers put the same items into both replicas, in different
 * orders and with changing contents. Each replica has memory for only a few users, so it reads most
 * users' rows from the shared Redis. The scene compares the pages of both replicas with the pages
 * that a separate server with the same items computes.
 */
final class SharedTierScene {
  private static final int KNOWN = 500;
  private static final int PUT = 20;
  private static final int ROUNDS = 600;
  private static final int QUICK_ROUNDS = 150;
  private static final int USERS = 12;
  private static final int ACTIONS = 60;
  private static final int CONTENTS = 2;

  /** Memory for the rows of four users. */
  private static final int CACHE_KIB = 300;

  private static final int PAGE = 10;
  private static final long NOW = 1_700_000_000_000L;
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final ClusterWorld world;
  private final Random random = new Random(5);
  private int reloads;

  SharedTierScene(ClusterWorld world) {
    this.world = world;
  }

  /** A server, its clients, and the items that it was given. */
  private record Server(UniPinClient client, UniPinAdminClient admin, Map<Long, Item> items)
      implements AutoCloseable {
    static Server of(ReplicaProcess replica) {
      return new Server(
          UniPinClient.connect(replica.address(), DEADLINE),
          UniPinAdminClient.connect(replica.server().adminAddress()),
          new LinkedHashMap<>());
    }

    void put(List<Item> some) {
      some.forEach(item -> items.put(item.getId(), item));
      admin.putItems(some);
    }

    @Override
    public void close() {
      client.close();
      admin.close();
    }
  }

  Map<String, Object> play() throws IOException, InterruptedException {
    Path folder = world.folder("shared-tier");
    BenchWorld.publishPair(folder.resolve("bundles"), KNOWN, PUT);
    Path bundle = folder.resolve("bundles/lesser");
    try (RedisServers rows = RedisServers.forRows(folder.resolve("rows"));
        FleetProcesses fleet =
            FleetProcesses.start(folder.resolve("fleet"), bundle, 2, fleetSettings(rows));
        FleetProcesses alone =
            FleetProcesses.start(folder.resolve("alone"), bundle, 1, settings(List.of()));
        Server first = Server.of(fleet.replica(0));
        Server second = Server.of(fleet.replica(1));
        Server oracle = Server.of(alone.replica(0))) {
      int wrong = wrongPages(List.of(first, second), oracle);
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("shared_tier_wrong_pages", wrong);
      results.put("shared_tier_reloads", reloads);
      return results;
    }
  }

  private static List<String> fleetSettings(RedisServers rows) {
    List<String> settings = new ArrayList<>(rows.rowSettings());
    settings.add("cache.budget=" + CACHE_KIB + "KiB");
    return settings(settings);
  }

  private static List<String> settings(List<String> more) {
    List<String> settings = new ArrayList<>(List.of("server.workers=1", "items.limit=100"));
    settings.addAll(more);
    return settings;
  }

  private int wrongPages(List<Server> servers, Server oracle) {
    PageOracle anew = new PageOracle(oracle.client());
    for (int n = 0; n < PUT; n++) {
      servers.get(0).put(List.of(item(n)));
      servers.get(1).put(List.of(item(PUT - 1 - n)));
    }
    int wrong = 0;
    int rounds = world.quick() ? QUICK_ROUNDS : ROUNDS;
    for (int round = 0; round < rounds; round++) {
      servers.get(random.nextInt(servers.size())).put(List.of(item(random.nextInt(PUT))));
      int user = random.nextInt(USERS);
      List<Action> history = history(user);
      RetrieveAndRankRequest request = request("shared-tier-" + user, history);
      for (Server server : servers) {
        oracle.put(List.copyOf(server.items().values()));
        for (int time = 0; time < 2; time++) { // a user is shared from the second page on
          RetrieveAndRankResponse page = server.client().retrieveAndRank(request);
          reloads += page.getServed().getCache() == CacheOutcome.RELOAD ? 1 : 0;
          wrong += anew.difference(request, page, history).isEmpty() ? 0 : 1;
        }
      }
    }
    return wrong;
  }

  /** Returns the n-th item that the bundle does not know, with one of its contents. */
  private Item item(int n) {
    float[] content = BenchWorld.itemWithContent(KNOWN + n).content();
    content[0] += random.nextInt(CONTENTS);
    Item.Builder item = Item.newBuilder().setId(KNOWN + n).setTitle("put " + n);
    for (float number : content) {
      item.addContent(number);
    }
    return item.build();
  }

  /** Returns the history of a user, whose last actions concern items that were put. */
  private static List<Action> history(int user) {
    Random own = new Random(user);
    List<Action> actions = new ArrayList<>();
    for (int i = 0; i < ACTIONS; i++) {
      boolean put = i > ACTIONS / 2 && own.nextInt(8) == 0;
      actions.add(
          Action.newBuilder()
              .setItemId(put ? KNOWN + own.nextInt(PUT) : own.nextInt(KNOWN))
              .addActions("click")
              .setTimeMs(NOW - 1_000_000 + 1000L * i)
              .build());
    }
    return actions;
  }

  private static RetrieveAndRankRequest request(String user, List<Action> history) {
    return RetrieveAndRankRequest.newBuilder()
        .setUser(
            UserContext.newBuilder()
                .setUserId(user)
                .setTimeMs(NOW)
                .setHistory(History.newBuilder().addAllActions(history)))
        .setPageSize(PAGE)
        .build();
  }
}
