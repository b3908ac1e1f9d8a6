package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.RedisServers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Restarts the replicas and changes their bundles, one after the other, while users act. */
final class RollingScene {
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final Duration BETWEEN = Duration.ofSeconds(5);

  private final ClusterWorld world;

  RollingScene(ClusterWorld world) {
    this.world = world;
  }

  Map<String, Object> play() throws IOException, InterruptedException {
    Path folder = world.folder("rolling");
    Map<String, Object> results = new LinkedHashMap<>();
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        FleetProcesses fleet = world.fleet(folder.resolve("fleet"), redis.settings());
        FleetClients clients = FleetClients.byUser(fleet);
        FleetTraffic traffic = world.traffic(clients)) {
      ClusterWorld.begin(traffic);
      Incidents incidents = new Incidents();
      Thread.sleep(WARM_UP.toMillis());
      for (ReplicaProcess replica : fleet.replicas()) {
        incidents.now("replica restarted");
        replica.stop();
        replica.start(fleet.bundle());
        Thread.sleep(BETWEEN.toMillis());
      }
      int restart = traffic.notes().failed();
      for (ReplicaProcess replica : fleet.replicas()) {
        incidents.now("bundle swapped");
        replica.swap(ClusterWorld.OTHER_BUNDLE);
        Thread.sleep(BETWEEN.toMillis());
      }
      traffic.end();
      results.put("restart_failed", restart);
      results.put("swap_failed", traffic.notes().failed() - restart);
      results.put("rolling_failures", incidents.failures(traffic.notes()));
    }
    return results;
  }
}
