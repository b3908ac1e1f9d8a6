package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.RedisServers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Restarts a server that also stores users' state in files, and counts cache hits after the
 * restart.
 */
final class WarmScene {
  private static final Duration WARM_UP = Duration.ofSeconds(40);
  private static final Duration BEFORE = Duration.ofSeconds(15);
  private static final Duration FIRST = Duration.ofSeconds(60);
  private static final Duration QUICK_FIRST = Duration.ofSeconds(20);

  /** Time in which the server writes the state of the last pages in the background. */
  private static final Duration WRITTEN = Duration.ofSeconds(2);

  private final ClusterWorld world;

  WarmScene(ClusterWorld world) {
    this.world = world;
  }

  /**
   * Returns the share of hits after a restart divided by the share before, for both ways to end the
   * server.
   */
  Map<String, Object> play() throws IOException, InterruptedException {
    Path folder = world.folder("warm");
    Map<String, Object> hits = new LinkedHashMap<>();
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"))) {
      List<String> settings = new ArrayList<>(redis.settings());
      settings.add("cache.file.path=\"" + folder.resolve("tier") + '"');
      try (FleetProcesses fleet = world.fleet(folder.resolve("fleet"), 1, settings);
          FleetClients clients = FleetClients.byUser(fleet)) {
        hits.put("clean", hits(fleet, clients, false));
        hits.put("kill", hits(fleet, clients, true));
      }
    }
    return hits;
  }

  private double hits(FleetProcesses fleet, FleetClients clients, boolean kill)
      throws IOException, InterruptedException {
    try (FleetTraffic traffic = world.traffic(clients)) {
      ClusterWorld.begin(traffic, kill ? "kill" : "clean");
      Thread.sleep(WARM_UP.toMillis());
      double before = traffic.notes().hits(System.nanoTime() - BEFORE.toNanos(), BEFORE);
      Thread.sleep(WRITTEN.toMillis());
      ReplicaProcess replica = fleet.replica(0);
      if (kill) {
        replica.kill();
      } else {
        replica.stop();
      }
      replica.start(fleet.bundle());
      Duration first = world.quick() ? QUICK_FIRST : FIRST;
      long again = System.nanoTime();
      Thread.sleep(first.toMillis());
      return traffic.notes().hits(again, first) / before;
    }
  }
}
