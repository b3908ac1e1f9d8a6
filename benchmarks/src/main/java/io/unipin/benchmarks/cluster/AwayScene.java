package io.unipin.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes the Redis of a fleet away for a while and counts what users notice, and for how long. */
final class AwayScene {
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration AWAY = Duration.ofSeconds(30);
  private static final Duration QUICK_AWAY = Duration.ofSeconds(10);
  private static final Duration WATCH = Duration.ofSeconds(20);
  private static final Duration CALM = Duration.ofSeconds(2);

  /** A call that takes this much longer than its deadline was stuck. */
  private static final double STUCK_MILLIS = 1500;

  private final ClusterWorld world;

  AwayScene(ClusterWorld world) {
    this.world = world;
  }

  /** Returns the figures of one engine that is away. */
  Map<String, Object> play() throws IOException, InterruptedException {
    Path folder = world.folder("away");
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"))) {
      List<String> settings = new ArrayList<>(redis.settings());
      settings.add("history.whenAway=EMPTY");
      try (FleetProcesses fleet = world.fleet(folder.resolve("fleet"), settings);
          FleetClients clients = FleetClients.byUser(fleet);
          FleetTraffic traffic = world.traffic(clients)) {
        ClusterWorld.begin(traffic);
        Thread.sleep(WARM_UP.toMillis());
        EngineProcess engine = redis.nodes().get(0);
        engine.kill();
        Thread.sleep((world.quick() ? QUICK_AWAY : AWAY).toMillis());
        engine.start();
        long back = System.nanoTime();
        Thread.sleep(WATCH.toMillis());
        traffic.end();
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("wrong", traffic.wrong().size() + traffic.notes().stale());
        results.put("blocked", traffic.notes().count(note -> note.millis() > STUCK_MILLIS));
        results.put("recovery_s", traffic.notes().wholeAgain(back, CALM));
        results.put("degraded", traffic.notes().count(PageNote::isDegraded));
        results.put("failures", traffic.notes().failures());
        return results;
      }
    }
  }
}
