package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.EngineProcess;
import io.unipin.benchmarks.engines.KafkaServer;
import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.benchmarks.faults.Fault;
import io.unipin.benchmarks.faults.TcpProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes an engine of a fleet (Redis or Kafka) unavailable or slow for a while. Counts what users
 * notice, and for how long.
 */
final class AwayScene {
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration AWAY = Duration.ofSeconds(30);
  private static final Duration QUICK_AWAY = Duration.ofSeconds(10);
  private static final Duration WATCH = Duration.ofSeconds(20);
  private static final Duration CALM = Duration.ofSeconds(2);

  /** Mean delay in each direction: a command to a slow Redis takes 50 ms more. */
  private static final Duration DELAY = Duration.ofMillis(25);

  private static final long SEED = 23;

  /** A call that takes this much longer than its deadline was stuck. */
  private static final double STUCK_MILLIS = 1500;

  private final ClusterWorld world;

  AwayScene(ClusterWorld world) {
    this.world = world;
  }

  /** A disturbance that lasts for a while. */
  private interface Trouble {
    void begin() throws IOException, InterruptedException;

    void end() throws IOException, InterruptedException;
  }

  private record Death(EngineProcess engine) implements Trouble {
    @Override
    public void begin() throws InterruptedException {
      engine.kill();
    }

    @Override
    public void end() throws IOException, InterruptedException {
      engine.start();
    }
  }

  private record Slowness(TcpProxy proxy) implements Trouble {
    @Override
    public void begin() {
      proxy.set(Fault.DELAY);
    }

    @Override
    public void end() {
      proxy.set(Fault.NONE);
    }
  }

  /** Returns the figures of each engine that is away or slow. */
  Map<String, Object> play() throws IOException, InterruptedException {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("redis", withoutRedis());
    results.put("kafka", withoutKafka());
    results.put("slow_redis", withSlowRedis());
    return results;
  }

  private Map<String, Object> withoutRedis() throws IOException, InterruptedException {
    Path folder = world.folder("away-redis");
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"))) {
      return watch(folder, redis.settings(), new Death(redis.nodes().get(0)));
    }
  }

  private Map<String, Object> withoutKafka() throws IOException, InterruptedException {
    Path folder = world.folder("away-kafka");
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        KafkaServer kafka = KafkaServer.start(Files.createDirectories(folder.resolve("kafka")))) {
      List<String> settings = new ArrayList<>(redis.settings());
      settings.addAll(kafka.topics());
      return watch(folder, settings, new Death(kafka.process()));
    }
  }

  private Map<String, Object> withSlowRedis() throws IOException, InterruptedException {
    Path folder = world.folder("slow-redis");
    try (RedisServers redis = RedisServers.single(folder.resolve("redis"));
        TcpProxy proxy =
            TcpProxy.open(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), redis.nodes().get(0).port()),
                DELAY,
                SEED)) {
      return watch(folder, redis.settings("127.0.0.1:" + proxy.port()), new Slowness(proxy));
    }
  }

  private Map<String, Object> watch(Path folder, List<String> engines, Trouble trouble)
      throws IOException, InterruptedException {
    List<String> settings = new ArrayList<>(engines);
    settings.add("history.whenAway=EMPTY");
    try (FleetProcesses fleet = world.fleet(folder.resolve("fleet"), settings);
        FleetClients clients = FleetClients.byUser(fleet);
        FleetTraffic traffic = world.traffic(clients)) {
      ClusterWorld.begin(traffic);
      Thread.sleep(WARM_UP.toMillis());
      Incidents incidents = new Incidents();
      incidents.now("trouble began");
      trouble.begin();
      Thread.sleep((world.quick() ? QUICK_AWAY : AWAY).toMillis());
      incidents.now("trouble ended");
      trouble.end();
      long back = System.nanoTime();
      Thread.sleep(WATCH.toMillis());
      traffic.end();
      FleetNotes notes = traffic.notes();
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("wrong", traffic.wrong().size() + notes.stale());
      results.put("blocked", notes.count(note -> note.millis() > STUCK_MILLIS));
      results.put("recovery_s", notes.wholeAgain(back, CALM));
      results.put("degraded", notes.count(PageNote::isDegraded));
      results.put("failures", incidents.failures(notes));
      return results;
    }
  }
}
