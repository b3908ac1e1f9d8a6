package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.benchmarks.measure.FileTraces;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.UserActions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Erases a user whom every replica knows, and searches all files for remaining data of the user.
 */
final class EraseScene {
  private static final String USER = "canary-4f1d9c27";
  private static final String EVENT = "canary-event-83b6e05a";
  private static final int ACTIONS = 20;
  private static final double GIVE_UP_SECONDS = 30;

  private final ClusterWorld world;

  EraseScene(ClusterWorld world) {
    this.world = world;
  }

  Map<String, Object> play() throws IOException, InterruptedException {
    Path folder = world.folder("erase");
    Map<String, Object> results = new LinkedHashMap<>();
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        RedisServers rows = RedisServers.forRows(folder.resolve("rows"));
        FleetProcesses fleet = world.fleet(folder.resolve("fleet"), settings(redis, rows))) {
      List<UniPinClient> clients = new ArrayList<>();
      for (ReplicaProcess replica : fleet.replicas()) {
        clients.add(UniPinClient.connect(replica.address()));
      }
      try {
        record(clients.get(0));
        for (UniPinClient client : clients) {
          UserPages.actions(client, USER);
          UserPages.actions(client, USER); // rows are shared from the second page on
        }
        long begin = System.nanoTime();
        clients.get(0).eraseUser(USER);
        List<String> left = FileTraces.files(folder, List.of(USER, EVENT));
        while (!left.isEmpty() && secondsSince(begin) < GIVE_UP_SECONDS) {
          Thread.sleep(100);
          left = FileTraces.files(folder, List.of(USER, EVENT));
        }
        results.put("erase_s", secondsSince(begin));
        left = new ArrayList<>(left);
        left.addAll(inHeaps(fleet, folder.resolve("heaps")));
        int known = 0;
        for (UniPinClient client : clients) {
          known += UserPages.actions(client, USER);
        }
        results.put("erase_actions_left", known);
        results.put("erase_bytes_left", left.size());
        results.put("erase_files_left", left);
      } finally {
        clients.forEach(UniPinClient::close);
      }
    }
    return results;
  }

  private static List<String> settings(RedisServers redis, RedisServers rows) {
    List<String> settings = new ArrayList<>(redis.settings());
    settings.addAll(rows.rowSettings());
    return settings;
  }

  /** Returns the names of the replicas' heap dumps that still contain data of the user. */
  private static List<String> inHeaps(FleetProcesses fleet, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    List<String> left = new ArrayList<>();
    for (ReplicaProcess replica : fleet.replicas()) {
      long pid = replica.server().process().pid();
      Path dump = folder.resolve(pid + ".hprof");
      Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
      Process dumping =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.heap_dump", dump.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("jcmd.log").toFile())
              .start();
      if (dumping.waitFor() != 0 || !Files.exists(dump)) {
        throw new IOException(
            "a heap dump expected, got: " + Files.readString(folder.resolve("jcmd.log")));
      }
      left.addAll(FileTraces.files(folder, List.of(USER, EVENT)));
      Files.delete(dump);
    }
    return left;
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static void record(UniPinClient client) {
    UserActions.Builder actions = UserActions.newBuilder().setUserId(USER);
    long now = System.currentTimeMillis();
    for (int i = 0; i < ACTIONS; i++) {
      actions.addActions(
          Action.newBuilder()
              .setEventId(EVENT + "-" + i)
              .setItemId(i)
              .addActions("click")
              .setTimeMs(now - ACTIONS + i));
    }
    client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
  }
}
