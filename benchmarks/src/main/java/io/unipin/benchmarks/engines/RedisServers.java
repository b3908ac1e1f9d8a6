package io.unipin.benchmarks.engines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Debian's redis-server: one process, or a cluster of three primaries with a replica each. Each
 * process keeps an append-only file. Only a process for rows of the KV cache keeps nothing on the
 * disk.
 */
public final class RedisServers implements AutoCloseable {
  private static final String PROGRAM = "redis-server";
  private static final int PRIMARIES = 3;
  private static final long FORMATION_SECONDS = 60;
  private static final long FORMATION_POLL_MILLIS = 200;

  /** A primary counts as dead after this time without an answer. */
  private static final int NODE_TIMEOUT_MILLIS = 1000;

  private final List<EngineProcess> nodes;
  private final boolean cluster;

  private RedisServers(List<EngineProcess> nodes, boolean cluster) {
    this.nodes = nodes;
    this.cluster = cluster;
  }

  /** Starts one server below a folder. */
  public static RedisServers single(Path folder) throws IOException, InterruptedException {
    return one(folder, List.of());
  }

  /**
   * Starts one server for rows of the KV cache. When the server is full, it drops the least
   * recently used users.
   */
  public static RedisServers forRows(Path folder) throws IOException, InterruptedException {
    return one(
        folder,
        List.of("--appendonly", "no", "--maxmemory", "512mb", "--maxmemory-policy", "allkeys-lru"));
  }

  private static RedisServers one(Path folder, List<String> settings)
      throws IOException, InterruptedException {
    EngineProcess node = node(folder, EngineProcess.freePort(), settings);
    node.start();
    return new RedisServers(List.of(node), false);
  }

  /**
   * Starts six servers below a folder and joins them into a cluster.
   *
   * @throws IOException when no cluster is formed within a minute
   */
  public static RedisServers cluster(Path folder) throws IOException, InterruptedException {
    List<EngineProcess> nodes = new ArrayList<>();
    RedisServers servers = new RedisServers(nodes, true);
    boolean ready = false;
    try {
      for (int i = 0; i < 2 * PRIMARIES; i++) {
        int port = clusterPort();
        EngineProcess node =
            node(
                folder.resolve("node-" + i),
                port,
                List.of(
                    "--cluster-enabled",
                    "yes",
                    "--cluster-node-timeout",
                    Integer.toString(NODE_TIMEOUT_MILLIS)));
        nodes.add(node);
        node.start();
      }
      servers.form(folder.resolve("formation.log"));
      ready = true;
      return servers;
    } finally {
      if (!ready) {
        servers.close();
      }
    }
  }

  /**
   * Returns a free port of at most 55,535, because a cluster node also uses the port 10,000 above
   * its own.
   */
  private static int clusterPort() throws IOException {
    int port = EngineProcess.freePort();
    while (port > 65_535 - 10_000) {
      port = EngineProcess.freePort();
    }
    return port;
  }

  private static EngineProcess node(Path folder, int port, List<String> settings)
      throws IOException {
    Files.createDirectories(folder);
    List<String> command = new ArrayList<>();
    command.addAll(List.of(PROGRAM, "--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--dir", folder.toString(), "--daemonize", "no", "--save", ""));
    command.addAll(List.of("--appendonly", "yes", "--appendfsync", "everysec"));
    command.addAll(settings);
    return new EngineProcess("Redis", command, port, folder.resolve("redis.log"));
  }

  private void form(Path log) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("redis-cli", "--cluster", "create"));
    nodes.forEach(node -> command.add(node.address()));
    command.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(FORMATION_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("Redis: no cluster was formed: " + Files.readString(log));
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FORMATION_SECONDS);
    for (EngineProcess node : nodes) {
      while (!ask(node, "cluster", "info").contains("cluster_state:ok")) {
        if (System.nanoTime() - end > 0) {
          throw new IOException("Redis: a whole cluster expected, got one that is not ready");
        }
        Thread.sleep(FORMATION_POLL_MILLIS);
      }
    }
  }

  private static String ask(EngineProcess node, String... words)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(node.port())));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return answer;
  }

  /** Returns the settings with which a replica of UniPin uses these servers. */
  public List<String> settings() {
    return settings(addresses());
  }

  /**
   * Returns the settings with which a replica of UniPin uses these servers through other addresses,
   * such as the addresses of proxies.
   *
   * @param addresses such as {@code 127.0.0.1:6379,127.0.0.1:6380}
   */
  public List<String> settings(String addresses) {
    List<String> settings = new ArrayList<>();
    settings.add("history.store=REDIS");
    settings.add("redis.uri=\"redis://" + addresses + '"');
    settings.add("redis.cluster=" + cluster);
    return settings;
  }

  /**
   * Returns settings that make a replica of UniPin wait for Redis' replicas at each write, and
   * serve pages while Redis is away.
   */
  public List<String> safeSettings() {
    List<String> settings = new ArrayList<>(settings());
    settings.add("redis.waitReplicas=1");
    settings.add("history.whenAway=EMPTY");
    return settings;
  }

  /** Returns the settings with which a replica shares users' rows in this server. */
  public List<String> rowSettings() {
    return List.of("cache.remote=REDIS", "cache.redis.uri=\"" + uri() + '"');
  }

  /** Returns the address of all nodes, such as {@code redis://127.0.0.1:6379}. */
  public String uri() {
    return "redis://" + addresses();
  }

  private String addresses() {
    return nodes.stream().map(EngineProcess::address).collect(Collectors.joining(","));
  }

  /** Returns all servers. */
  public List<EngineProcess> nodes() {
    return List.copyOf(nodes);
  }

  /** Returns the nodes that are primaries at the moment; nodes that don't answer are left out. */
  public List<EngineProcess> primaries() throws IOException, InterruptedException {
    List<EngineProcess> primaries = new ArrayList<>();
    for (EngineProcess node : nodes) {
      if (ask(node, "role").startsWith("master")) {
        primaries.add(node);
      }
    }
    return primaries;
  }

  /** Lets the servers continue after this JVM has ended. */
  public void keep() {
    nodes.forEach(EngineProcess::keep);
  }

  /** Ends the processes. */
  @Override
  public void close() {
    nodes.forEach(EngineProcess::close);
  }
}
