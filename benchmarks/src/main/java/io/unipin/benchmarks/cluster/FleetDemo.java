package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.cli.console.Table;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Runs a fleet of three replicas with a Redis cluster and a Kafka broker. Kills processes, changes
 * the bundle and erases a user. Shows what users notice.
 */
final class FleetDemo {
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final Duration SPAN = Duration.ofSeconds(15);
  private static final Duration DEAD = Duration.ofSeconds(12);
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final ClusterWorld world;
  private final PrintWriter out;
  private final Table table =
      new Table("what happens", "pages", "failed", "degraded", "hits", "p99 ms");

  FleetDemo(ClusterWorld world, PrintWriter out) {
    this.world = world;
    this.out = out;
  }

  /**
   * Plays all scenes.
   *
   * @param keep whether the fleet and its Redis continue to run afterwards
   */
  void play(boolean keep) throws IOException, InterruptedException {
    Path folder = world.folder("demo");
    say("starting a Redis cluster of three primaries, each with a replica, and a Kafka broker");
    try (Engines engines = Engines.start(folder);
        RedisServers rows = RedisServers.forRows(folder.resolve("rows"))) {
      say("starting three replicas, which share users' keys and values in a Redis of their own");
      List<String> settings = engines.settings(rows.rowSettings());
      try (FleetProcesses fleet = world.fleet(folder.resolve("fleet"), settings);
          FleetClients clients = FleetClients.byUser(fleet)) {
        play(fleet, engines, clients);
        if (keep) {
          engines.keep();
          rows.keep();
          fleet.keep();
          out.println("The fleet goes on running at " + fleet.addresses());
          out.println("Its files: " + folder);
        }
      }
    }
  }

  private void say(String text) {
    out.println("cluster demo: " + text);
    out.flush();
  }

  private void play(FleetProcesses fleet, Engines engines, FleetClients clients)
      throws IOException, InterruptedException {
    try (FleetTraffic traffic = world.traffic(clients)) {
      ClusterWorld.begin(traffic);
      Thread.sleep(WARM_UP.toMillis());
      scene("nothing", traffic, () -> Thread.sleep(SPAN.toMillis()));
      scene("a replica is killed, then started again", traffic, () -> killReplica(fleet));
      scene(
          "a Redis primary is killed, its replica takes over",
          traffic,
          () -> engines.redis().primaries().get(0).killFor(DEAD));
      scene(
          "the Kafka broker is killed, then started again",
          traffic,
          () -> {
            engines.kafka().process().killFor(SHORT);
            Thread.sleep(SPAN.toMillis());
          });
      scene("the bundle is changed, replica by replica", traffic, () -> swap(fleet));
      traffic.end();
      table.print(out);
      conclude(fleet, traffic);
    }
  }

  /** An event that happens to the fleet. */
  private interface Happening {
    void run() throws IOException, InterruptedException;
  }

  private void scene(String what, FleetTraffic traffic, Happening happening)
      throws IOException, InterruptedException {
    say(what);
    long begin = System.nanoTime();
    happening.run();
    FleetNotes.Span span = traffic.notes().since(begin);
    table.row(
        what,
        span.pages(),
        span.failed(),
        span.degraded(),
        String.format(Locale.ROOT, "%.1f %%", 100 * span.hits()),
        String.format(Locale.ROOT, "%.0f", span.p99Millis()));
  }

  private static void killReplica(FleetProcesses fleet) throws IOException, InterruptedException {
    ReplicaProcess victim = fleet.replica(1);
    victim.kill();
    Thread.sleep(DEAD.toMillis());
    victim.start(fleet.bundle());
    Thread.sleep(SPAN.toMillis());
  }

  private static void swap(FleetProcesses fleet) throws InterruptedException {
    for (ReplicaProcess replica : fleet.replicas()) {
      replica.swap(ClusterWorld.OTHER_BUNDLE);
      Thread.sleep(SPAN.toMillis() / fleet.replicas().size());
    }
  }

  private void conclude(FleetProcesses fleet, FleetTraffic traffic) {
    int acknowledged = traffic.users().stream().mapToInt(user -> user.acknowledged().size()).sum();
    try (UniPinClient client = UniPinClient.connect(fleet.replica(0).address())) {
      int lost = traffic.lost(client);
      out.printf(
          Locale.ROOT,
          "actions acknowledged: %d, found on pages at the end: %d%n",
          acknowledged,
          acknowledged - lost);
      FleetUser user = traffic.users().get(0);
      long begin = System.nanoTime();
      client.eraseUser(user.id());
      double millis = (System.nanoTime() - begin) / 1e6;
      int left = 0;
      for (ReplicaProcess replica : fleet.replicas()) {
        left += historyAt(replica, user);
      }
      out.printf(
          Locale.ROOT,
          "user %s erased in %.0f ms; actions of the user that a replica still knows: %d%n",
          user.id(),
          millis,
          left);
    } catch (RequestException e) {
      out.println("the fleet did not answer: " + e.getMessage());
    }
  }

  private static int historyAt(ReplicaProcess replica, FleetUser user) {
    try (UniPinClient client = UniPinClient.connect(replica.address())) {
      return UserPages.actions(client, user.id());
    }
  }
}
