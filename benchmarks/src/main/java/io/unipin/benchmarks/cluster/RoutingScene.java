package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Compares routing by user with routing in turn: the share of cache hits, and the load of the
 * replicas.
 */
final class RoutingScene {
  private static final Duration SPAN = Duration.ofSeconds(60);
  private static final Duration QUICK_SPAN = Duration.ofSeconds(15);
  private static final int IN_FLIGHT = 32;
  private static final int USERS = 2000;
  private static final double BUSIEST_USER = .2;
  private static final String REQUESTS = "unipin_requests_seconds_count";

  private final ClusterWorld world;

  RoutingScene(ClusterWorld world) {
    this.world = world;
  }

  Map<String, Object> play() throws IOException, InterruptedException {
    Path folder = world.folder("routing");
    Map<String, Object> results = new LinkedHashMap<>();
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        FleetProcesses fleet = world.fleet(folder.resolve("fleet"), redis.settings())) {
      results.put("affinity_hits", hits(FleetClients.byUser(fleet), "affine"));
      results.put("round_robin_hits", hits(FleetClients.inTurn(fleet), "turn"));
      results.put("largest_load", largestLoad(fleet));
    }
    return results;
  }

  private double hits(FleetClients opened, String prefix) throws InterruptedException {
    try (FleetClients clients = opened;
        FleetTraffic traffic = world.traffic(clients)) {
      ClusterWorld.begin(traffic, prefix);
      Thread.sleep(span().toMillis());
      traffic.end();
      return (double) traffic.notes().count(PageNote::isHit) / traffic.notes().pages();
    }
  }

  private Duration span() {
    return world.quick() ? QUICK_SPAN : SPAN;
  }

  /** Returns the number of pages of the busiest replica, divided by the mean over the replicas. */
  private double largestLoad(FleetProcesses fleet) throws IOException, InterruptedException {
    List<Double> before = served(fleet);
    AtomicBoolean going = new AtomicBoolean(true);
    List<Thread> callers = new ArrayList<>();
    try (UniPinClient client = UniPinClient.connect(fleet.addresses())) {
      for (int i = 0; i < IN_FLIGHT; i++) {
        SplittableRandom random = new SplittableRandom(i);
        Thread caller = new Thread(() -> ask(client, random, going), "caller-" + i);
        callers.add(caller);
        caller.start();
      }
      Thread.sleep(span().toMillis());
      going.set(false);
      for (Thread caller : callers) {
        caller.join();
      }
    }
    List<Double> after = served(fleet);
    double sum = 0;
    double most = 0;
    for (int i = 0; i < after.size(); i++) {
      double pages = after.get(i) - before.get(i);
      sum += pages;
      most = Math.max(most, pages);
    }
    if (sum == 0) {
      throw new IOException("pages counted by %s expected, got none".formatted(REQUESTS));
    }
    return most / (sum / after.size());
  }

  private static void ask(UniPinClient client, SplittableRandom random, AtomicBoolean going) {
    while (going.get()) {
      String user = "zipf-" + (random.nextDouble() < BUSIEST_USER ? 0 : zipf(random));
      try {
        UserPages.page(client, user);
      } catch (RequestException e) {
        // Overload is expected. The scene only counts which replica computed each page.
      }
    }
  }

  /** Draws a user by the inverse of Zipf's distribution function for the exponent 1. */
  private static int zipf(SplittableRandom random) {
    return (int) Math.exp(random.nextDouble() * Math.log(USERS));
  }

  private static List<Double> served(FleetProcesses fleet)
      throws IOException, InterruptedException {
    List<Double> served = new ArrayList<>();
    for (ReplicaProcess replica : fleet.replicas()) {
      served.add(BenchServer.sum(replica.server().metrics(), REQUESTS, "RetrieveAndRank"));
    }
    return served;
  }
}
