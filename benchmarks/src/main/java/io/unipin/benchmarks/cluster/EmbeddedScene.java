package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.benchmarks.measure.Latencies;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares a replica whose histories are in Redis with an embedded server, at a light load of users
 * whose state is cached. The two servers take turns.
 */
final class EmbeddedScene {
  private static final int ROUNDS = 4;
  private static final int CALLERS = 2;
  private static final int USERS_PER_CALLER = 4;
  private static final Duration EVERY = Duration.ofMillis(100);
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration SPAN = Duration.ofSeconds(20);
  private static final Duration QUICK_SPAN = Duration.ofSeconds(8);

  private final ClusterWorld world;

  EmbeddedScene(ClusterWorld world) {
    this.world = world;
  }

  Map<String, Object> play() throws IOException, InterruptedException {
    Path folder = world.folder("embedded");
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        FleetProcesses shared = world.fleet(folder.resolve("shared"), 1, redis.settings());
        FleetProcesses embedded = world.fleet(folder.resolve("embedded"), 1, List.of())) {
      run(shared, WARM_UP);
      run(embedded, WARM_UP);
      Side ofShared = new Side();
      Side ofEmbedded = new Side();
      Duration span = world.quick() ? QUICK_SPAN : SPAN;
      for (int round = 0; round < ROUNDS; round++) {
        ofShared.add(run(shared, span));
        ofEmbedded.add(run(embedded, span));
      }
      Map<String, Object> results = new LinkedHashMap<>();
      results.put(
          "page_p50_vs_embedded", ofShared.pages.quantile(.5) / ofEmbedded.pages.quantile(.5));
      results.put(
          "record_p99_vs_embedded",
          ofShared.records.quantile(.99) / ofEmbedded.records.quantile(.99));
      results.put("page_p50_ms", ofShared.pages.quantile(.5));
      results.put("record_p99_ms", ofShared.records.quantile(.99));
      return results;
    }
  }

  private FleetNotes run(FleetProcesses fleet, Duration span) throws InterruptedException {
    try (FleetClients clients = FleetClients.byUser(fleet);
        FleetTraffic traffic = new FleetTraffic(clients, null, world.historyLimit(), EVERY)) {
      traffic.start("light-" + System.nanoTime(), CALLERS, USERS_PER_CALLER);
      Thread.sleep(span.toMillis());
      traffic.end();
      return traffic.notes();
    }
  }

  /** The times of one of the two servers. */
  private static final class Side {
    private final Latencies pages = new Latencies();
    private final Latencies records = new Latencies();

    private void add(FleetNotes notes) {
      pages.addAll(notes.pageTimes());
      records.addAll(notes.recordTimes());
    }
  }
}
