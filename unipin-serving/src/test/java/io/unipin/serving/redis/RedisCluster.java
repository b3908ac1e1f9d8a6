package io.unipin.serving.redis;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Redis cluster for tests. It has three primaries with one replica each. The node timeout is 1 s.
 */
public final class RedisCluster implements AutoCloseable {
  private static final int PRIMARIES = 3;
  private static final int SLOTS = 16_384;

  private final List<RedisServer> nodes = new ArrayList<>();

  private RedisCluster() {}

  public static RedisCluster start(Path folder) {
    RedisCluster cluster = new RedisCluster();
    boolean started = false;
    try {
      for (int i = 0; i < 2 * PRIMARIES; i++) {
        cluster.nodes.add(
            RedisServer.start(
                folder.resolve("node" + i),
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "1000",
                "--cluster-replica-validity-factor",
                "0",
                "--repl-diskless-sync-delay",
                "0",
                "--appendonly",
                "yes"));
      }
      cluster.join();
      started = true;
      return cluster;
    } finally {
      if (!started) {
        cluster.close();
      }
    }
  }

  private void join() {
    RedisServer first = nodes.get(0);
    for (int i = 0; i < PRIMARIES; i++) {
      int from = SLOTS * i / PRIMARIES;
      int to = SLOTS * (i + 1) / PRIMARIES - 1;
      nodes.get(i).command("CLUSTER ADDSLOTSRANGE %s %s".formatted(from, to));
      nodes.get(i).command("CLUSTER SET-CONFIG-EPOCH " + (i + 1));
    }
    nodes.forEach(node -> first.command("CLUSTER MEET 127.0.0.1 " + node.port()));
    for (int i = 0; i < PRIMARIES; i++) {
      RedisServer replica = nodes.get(PRIMARIES + i);
      String primary = nodes.get(i).command("CLUSTER MYID");
      await(() -> replica.command("CLUSTER REPLICATE " + primary).startsWith("+OK"));
    }
    for (RedisServer node : nodes) {
      await(() -> isWhole(node));
    }
    for (int i = 0; i < PRIMARIES; i++) {
      RedisServer primary = nodes.get(i);
      await(() -> primary.command("WAIT 1 100").equals(":1") || isReplicated(primary));
    }
  }

  private static boolean isReplicated(RedisServer primary) {
    return primary.infoField("replication", "slave0").contains("state=online");
  }

  private static boolean isWhole(RedisServer node) {
    return node.field("CLUSTER INFO", "cluster_state").equals("ok")
        && node.field("CLUSTER INFO", "cluster_known_nodes").equals("6");
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the cluster did not form");
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  public RedisPlace place() {
    return RedisServer.place(
        nodes.stream()
            .map(node -> "127.0.0.1:" + node.port())
            .collect(Collectors.joining(",", "redis://", "")),
        true);
  }

  /** Kills one of the nodes that were primaries at the start. */
  public void killPrimary(int number) {
    nodes.get(number).kill();
  }

  /** Returns the node that serves a port. */
  public RedisServer node(int port) {
    return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    nodes.forEach(RedisServer::close);
  }
}
