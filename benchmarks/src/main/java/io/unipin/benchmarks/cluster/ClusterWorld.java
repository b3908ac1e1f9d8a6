package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The resources that all scenes of the benchmark share: two bundles of equal size, a reference
 * server that computes pages a second time, and a folder.
 */
final class ClusterWorld implements AutoCloseable {
  static final String BUNDLE = "first";
  static final String OTHER_BUNDLE = "second";
  private static final int REPLICAS = 3;
  private static final int CACHED_USERS = 400;
  private static final int CALLERS = 6;
  private static final int USERS_PER_CALLER = 8;
  private static final Duration EVERY = Duration.ofMillis(250);
  private static final Duration CALM = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration ORACLE_DEADLINE = Duration.ofSeconds(30);

  private final BenchWorld world;
  private final BenchServer reference;
  private final UniPinClient referenceClient;
  private final boolean quick;
  private int scenes;

  private ClusterWorld(
      BenchWorld world, BenchServer reference, UniPinClient referenceClient, boolean quick) {
    this.world = world;
    this.reference = reference;
    this.referenceClient = referenceClient;
    this.quick = quick;
  }

  /** Publishes the bundles and starts the reference server. */
  static ClusterWorld create(boolean quick) throws IOException, InterruptedException {
    BenchWorld world = BenchWorld.create(BenchWorld.Size.SMALL, CACHED_USERS);
    boolean ready = false;
    try {
      world.publish(BUNDLE, OTHER_BUNDLE);
      BenchServer reference =
          BenchServer.onPort(
              0, bundle(world), world.folder().resolve("reference"), settings(world));
      UniPinClient client = UniPinClient.connect(reference.address(), ORACLE_DEADLINE);
      ready = true;
      return new ClusterWorld(world, reference, client, quick);
    } finally {
      if (!ready) {
        world.delete();
      }
    }
  }

  private static Path bundle(BenchWorld world) {
    return world.bundles().resolve(BUNDLE);
  }

  private static List<String> settings(BenchWorld world) {
    List<String> settings = new ArrayList<>(world.settings());
    settings.add("server.workers=1");
    return settings;
  }

  boolean quick() {
    return quick;
  }

  /** Returns a new folder for a scene. */
  Path folder(String scene) {
    return world.folder().resolve(scene + "-" + scenes++);
  }

  /** Starts three replicas that share a Redis. */
  FleetProcesses fleet(Path folder, List<String> more) throws IOException, InterruptedException {
    return fleet(folder, REPLICAS, more);
  }

  FleetProcesses fleet(Path folder, int replicas, List<String> more)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(settings(world));
    all.addAll(more);
    return FleetProcesses.start(folder, bundle(world), replicas, all);
  }

  /** Prepares the sessions of a scene. */
  FleetTraffic traffic(FleetClients clients) {
    return new FleetTraffic(clients, new PageOracle(referenceClient), world.history(), EVERY);
  }

  /** Starts the sessions of a scene, as {@link #begin(FleetTraffic, String)} does. */
  static void begin(FleetTraffic traffic) throws InterruptedException {
    begin(traffic, "cluster");
  }

  /**
   * Starts the sessions of a scene, and returns once no call has failed for five seconds. Earlier
   * calls are not counted, because at first the JVMs still compile their code and open connections.
   *
   * @param prefix beginning of the ids of the scene's own users
   * @throws IllegalStateException when calls still fail after a minute
   */
  static void begin(FleetTraffic traffic, String prefix) throws InterruptedException {
    traffic.start(prefix, CALLERS, USERS_PER_CALLER);
    long end = System.nanoTime() + PATIENCE.toNanos();
    do {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "calls without failures expected within "
                + PATIENCE
                + ", got "
                + traffic.notes().failures());
      }
      Thread.sleep(CALM.toMillis());
    } while (!traffic.notes().isCalm(CALM));
    traffic.notes().clear();
  }

  int historyLimit() {
    return world.history();
  }

  /** Ends the reference server and keeps all files. */
  void closeReference() {
    referenceClient.close();
    reference.close();
  }

  @Override
  public void close() throws IOException {
    closeReference();
    world.delete();
  }
}
