package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.EngineProcess;
import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Repeatedly kills a random replica or engine while users act, and restarts it. Then counts what
 * was lost.
 */
final class KillScene {
  private static final int KILLS = 60;
  private static final int QUICK_KILLS = 6;
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final Duration BEFORE = Duration.ofSeconds(10);
  private static final Duration AFTER = Duration.ofSeconds(10);
  private static final Duration DEAD = Duration.ofSeconds(20);
  private static final Duration REDIS_DEAD = Duration.ofSeconds(3);
  private static final Duration KAFKA_DEAD = Duration.ofSeconds(1);
  private static final Duration SETTLE = Duration.ofSeconds(10);
  private static final long SEED = 17;

  private final ClusterWorld world;
  private final Random random = new Random(SEED);
  private final Incidents incidents = new Incidents();

  KillScene(ClusterWorld world) {
    this.world = world;
  }

  /**
   * Plays the scene on a Redis cluster, a Redis for users' rows and a Kafka broker. Then kills
   * replicas that share no rows.
   */
  Map<String, Object> play() throws IOException, InterruptedException {
    Map<String, Object> results = new LinkedHashMap<>(killAll());
    results.put("hits_after_death_no_tier", hitsWithoutTier());
    return results;
  }

  private Map<String, Object> killAll() throws IOException, InterruptedException {
    Path folder = world.folder("kills");
    try (Engines engines = Engines.start(folder);
        RedisServers rows = RedisServers.forRows(folder.resolve("rows"));
        FleetProcesses fleet =
            world.fleet(folder.resolve("fleet"), engines.settings(rows.rowSettings()));
        FleetClients clients = FleetClients.byUser(fleet);
        FleetTraffic traffic = world.traffic(clients)) {
      ClusterWorld.begin(traffic);
      Thread.sleep(WARM_UP.toMillis());
      int kills = world.quick() ? QUICK_KILLS : KILLS;
      List<Double> hits = new ArrayList<>();
      for (int kill = 0; kill < kills; kill++) {
        switch (kill % 3) {
          case 0 -> hits.add(killReplica(fleet, traffic));
          case 1 -> {
            List<EngineProcess> primaries = engines.redis().primaries();
            incidents.now("Redis primary killed");
            primaries.get(random.nextInt(primaries.size())).killFor(REDIS_DEAD);
          }
          default -> {
            incidents.now("Kafka broker killed");
            engines.kafka().process().killFor(KAFKA_DEAD);
          }
        }
        Thread.sleep(SETTLE.toMillis());
      }
      traffic.end();
      Map<String, Object> results = results(fleet, traffic, kills);
      results.put("hits_after_death", mean(hits));
      return results;
    }
  }

  /** Kills replicas of a fleet in which each replica has only the rows that it computed. */
  private double hitsWithoutTier() throws IOException, InterruptedException {
    Path folder = world.folder("kills-no-tier");
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        FleetProcesses fleet = world.fleet(folder.resolve("fleet"), redis.settings());
        FleetClients clients = FleetClients.byUser(fleet);
        FleetTraffic traffic = world.traffic(clients)) {
      ClusterWorld.begin(traffic);
      Thread.sleep(WARM_UP.toMillis());
      List<Double> hits = new ArrayList<>();
      for (int kill = 0; kill < (world.quick() ? QUICK_KILLS : KILLS) / 3; kill++) {
        hits.add(killReplica(fleet, traffic));
        Thread.sleep(SETTLE.toMillis());
      }
      traffic.end();
      return mean(hits);
    }
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(d -> d).average().orElse(Double.NaN);
  }

  /**
   * Kills a random replica. Returns the share of cache hits after its death, divided by the share
   * before.
   */
  private double killReplica(FleetProcesses fleet, FleetTraffic traffic)
      throws IOException, InterruptedException {
    ReplicaProcess victim = fleet.replica(random.nextInt(fleet.replicas().size()));
    long death = System.nanoTime();
    incidents.now("replica killed");
    victim.kill();
    Thread.sleep(DEAD.toMillis());
    double before = traffic.notes().hits(death - BEFORE.toNanos(), BEFORE);
    double after = traffic.notes().hits(death + AFTER.toNanos(), AFTER);
    incidents.now("replica started");
    victim.start(fleet.bundle());
    return after / before;
  }

  private Map<String, Object> results(FleetProcesses fleet, FleetTraffic traffic, int kills) {
    FleetNotes notes = traffic.notes();
    int lost = 0;
    try (UniPinClient client = UniPinClient.connect(fleet.replica(0).address())) {
      lost = traffic.lost(client);
    }
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("kills", kills);
    results.put("calls", notes.calls());
    results.put("lost_actions", lost);
    results.put("wrong_pages", traffic.wrong().size());
    results.put("compared_pages", traffic.compared());
    results.put("wrong", traffic.wrong().stream().limit(10).toList());
    results.put("failed_share", (double) notes.failed() / notes.calls());
    results.put("kill_failures", incidents.failures(notes));
    results.put(
        "degraded_share", (double) notes.count(PageNote::isDegraded) / Math.max(1, notes.pages()));
    results.put("stale_pages", notes.stale());
    return results;
  }
}
