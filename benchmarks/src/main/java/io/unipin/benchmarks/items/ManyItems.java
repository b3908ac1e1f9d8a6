package io.unipin.benchmarks.items;

import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.client.ItemStream;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.IndexStatus;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Puts as many items as the bundle has. Measures the recall, the memory, the time of a restart
 * after SIGKILL, and the items that the restart loses.
 */
final class ManyItems {
  private static final int USERS = 16;
  private static final int BATCH = 1000;
  private static final int ACTIONS = 32;

  /** The number of candidates of a search. */
  private static final int FOUND = 100;

  private static final int WATCHED = 100;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private ManyItems() {}

  static void measure(ScratchFolder scratch, boolean quick, Map<String, Object> results)
      throws IOException, InterruptedException {
    BenchWorld world = BenchWorld.create(BenchWorld.Size.CATALOGUE, USERS);
    try {
      world.publish("many");
      Path work = scratch.path().resolve("many");
      BenchServer server = BenchServer.start(world, "many", work, settings(world, work));
      try {
        // the first message loads classes and fills pools, which are no part of an item
        int warm = put(server, world, 0, BATCH);
        double before = server.liveHeapBytes();
        double resident = server.residentMib();
        long begun = System.nanoTime();
        int added = put(server, world, BATCH, world.items());
        double seconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
        results.put("items_added", warm + added);
        results.put("puts_per_second", added / seconds);
        awaitIndex(server);
        double bytes = (server.liveHeapBytes() - before - texts(world, BATCH)) / added;
        results.put("bytes_per_item", bytes - BenchWorld.VECTOR_BYTES);
        results.put("resident_mib_more", server.residentMib() - resident);
        results.put("recall100", recall(server, world));
        server.kill();
      } finally {
        server.close();
      }
      restart(world, work, results);
    } finally {
      world.delete();
    }
  }

  private static List<String> settings(BenchWorld world, Path work) {
    return List.of(
        "items.limit=" + world.items(),
        "items.maxPutsPerSecond=" + world.items(),
        "items.folder=\"" + work.resolve("items") + '"');
  }

  /**
   * Puts the items {@code from} to {@code to} behind the bundle's. Returns how many were added.
   */
  private static int put(BenchServer server, BenchWorld world, int from, int to) {
    int[] added = new int[1];
    try (UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress());
        ItemStream stream =
            admin.streamItems(
                (message, answer) ->
                    added[0] +=
                        (int)
                            answer.getVerdictsList().stream()
                                .filter(v -> v.getOutcome() == ItemVerdict.Outcome.ADDED)
                                .count())) {
      for (int first = from; first < to; first += BATCH) {
        ChangeItemsRequest.Builder message = ChangeItemsRequest.newBuilder();
        for (int i = first; i < Math.min(to, first + BATCH); i++) {
          message.addPuts(message(world.item(world.items() + (long) i)));
        }
        stream.send(message.build());
      }
      stream.finish();
    }
    return added[0];
  }

  static Item message(CatalogueItem item) {
    Item.Builder message = Item.newBuilder().setId(item.id()).setTitle(item.title());
    for (float number : item.content()) {
      message.addContent(number);
    }
    return message.build();
  }

  /** Returns the number of bytes of the texts of the put items from {@code from} on. */
  private static double texts(BenchWorld world, int from) {
    double bytes = 0;
    for (int i = from; i < world.items(); i++) {
      bytes += world.item(world.items() + (long) i).title().getBytes(StandardCharsets.UTF_8).length;
    }
    return bytes;
  }

  /** Waits until no rebuild of the index runs. */
  private static void awaitIndex(BenchServer server) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress())) {
      while (admin.index().getRebuilding() && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  /**
   * Asks for candidates until enough searches were compared with exact searches. Returns the
   * recall.
   */
  private static double recall(BenchServer server, BenchWorld world) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress());
        UniPinClient client = UniPinClient.connect(server.address())) {
      IndexStatus status = admin.index();
      long seed = 0;
      while (status.getWatched() < WATCHED && System.nanoTime() < end) {
        for (int i = 0; i < WATCHED; i++) {
          client.retrieve(
              RetrieveRequest.newBuilder()
                  .setUser(user(seed++, 2 * world.items()))
                  .setCandidates(FOUND)
                  .build());
        }
        status = admin.index();
      }
      return status.getRecall();
    }
  }

  /**
   * Returns a user with a random history. The history has items whose ids are below {@code items}.
   */
  static UserContext user(long seed, int items) {
    Random random = new Random(seed);
    List<Action> actions = new ArrayList<>();
    for (int i = 0; i < ACTIONS; i++) {
      actions.add(
          Action.newBuilder()
              .setItemId(random.nextInt(items))
              .addActions("click")
              .setTimeMs(1_700_000_000_000L + 60_000L * i)
              .build());
    }
    return UserContext.newBuilder()
        .setUserId("probe-" + seed)
        .setHistory(History.newBuilder().addAllActions(actions))
        .build();
  }

  private static void restart(BenchWorld world, Path work, Map<String, Object> results)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    try (BenchServer server = BenchServer.start(world, "many", work, settings(world, work));
        UniPinClient client = UniPinClient.connect(server.address());
        UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress())) {
      client.retrieveAndRank(
          RetrieveAndRankRequest.newBuilder().setUser(user(1, 2 * world.items())).build());
      results.put("restart_s", (System.nanoTime() - begun) / NANOS_PER_SECOND);
      results.put("items_lost", world.items() - admin.index().getLive());
    }
  }
}
