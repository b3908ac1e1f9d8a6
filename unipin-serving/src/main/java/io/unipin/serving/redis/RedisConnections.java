package io.unipin.serving.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections for one purpose to one Redis, which is a single server or a cluster. The commands
 * of all threads share these connections. Reads go to the primary, so they see all earlier writes.
 *
 * <p>A command fails at once while there is no connection. The client opens lost connections again
 * by itself. At most 4,096 commands wait for an answer. Thread-safe.
 */
public final class RedisConnections implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(RedisConnections.class);
  private static final int THREADS = 2;

  private final String name;
  private final RedisPlace place;
  private final ClientResources resources;
  private final AbstractRedisClient client;
  private final StatefulConnection<byte[], byte[]> connection;
  private final RedisClusterAsyncCommands<byte[], byte[]> commands;
  private final ReplicatedWrites writes;
  private volatile boolean closed;

  private RedisConnections(String name, RedisPlace place) {
    this.name = name;
    this.place = place;
    this.resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .build();
    boolean opened = false;
    AbstractRedisClient begun = null;
    try {
      if (place.cluster()) {
        RedisClusterClient cluster = RedisClusterClient.create(resources, RedisClients.uris(place));
        begun = cluster;
        cluster.setOptions(RedisClients.cluster(place));
        StatefulRedisClusterConnection<byte[], byte[]> made =
            cluster.connect(ByteArrayCodec.INSTANCE);
        ClusterWarmUp.run(made, RedisClients.opening(place));
        connection = made;
        commands = made.async();
        writes = ReplicatedWrites.of(name, cluster, made);
      } else {
        RedisClient single = RedisClient.create(resources, RedisClients.uris(place).get(0));
        begun = single;
        single.setOptions(RedisClients.single(place));
        StatefulRedisConnection<byte[], byte[]> made = single.connect(ByteArrayCodec.INSTANCE);
        connection = made;
        commands = made.async();
        writes = ReplicatedWrites.of(name, single);
      }
      client = begun;
      opened = true;
    } finally {
      if (!opened) {
        shutDown(begun, resources);
      }
    }
  }

  /**
   * Connects to a Redis.
   *
   * @param name name for the Redis in messages, which says what the Redis holds, such as
   *     {@code history}
   * @throws ServingException UNAVAILABLE when the Redis can't be reached
   */
  public static RedisConnections open(String name, RedisPlace place) {
    try {
      return new RedisConnections(name, place);
    } catch (RedisException e) {
      throw RedisAnswers.unreachable(name, place.uri(), e);
    }
  }

  /** Returns the commands of the shared connection. {@link #await} waits for their answers. */
  public RedisClusterAsyncCommands<byte[], byte[]> commands() {
    return commands;
  }

  /** Returns the configured longest time to wait for an answer. */
  public Duration timeout() {
    return place.timeout();
  }

  /**
   * Waits for an answer for at most the configured time.
   *
   * @throws ServingException UNAVAILABLE when Redis is unavailable or late
   */
  public <T> T await(CompletionStage<T> answer) {
    return await(answer, place.timeout());
  }

  /** Waits for an answer, but not longer than {@code patience} or the configured time. */
  public <T> T await(CompletionStage<T> answer, Duration patience) {
    return RedisAnswers.await(name, answer, shorter(patience));
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @throws ServingException UNAVAILABLE when Redis is unavailable or late
   */
  public <T> T ask(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command,
      Duration patience) {
    return reach(() -> await(command.apply(commands), patience));
  }

  /**
   * Sends several commands together. Passes each answer on as soon as it is there, in the order of
   * the commands, while later answers still arrive.
   *
   * @param patience returns the time that is left for the next answer
   * @param taker takes an answer; false means that no further answer is wanted
   * @throws ServingException UNAVAILABLE when Redis is unavailable or late
   */
  public <T> void askEach(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, List<RedisFuture<T>>> asked,
      Supplier<Duration> patience,
      Predicate<T> taker) {
    for (RedisFuture<T> answer : reach(() -> asked.apply(commands))) {
      if (!taker.test(await(answer, patience.get()))) {
        return;
      }
    }
  }

  private Duration shorter(Duration patience) {
    return patience.compareTo(place.timeout()) < 0 ? patience : place.timeout();
  }

  /**
   * Runs a script and returns its answer: numbers as Long, texts as byte arrays, tables as lists.
   *
   * @param keys keys that all lie in one slot
   */
  public List<Object> run(RedisScript script, Duration patience, byte[][] keys, byte[]... values) {
    return reach(() -> script.run(commands, answer -> await(answer, patience), keys, values));
  }

  private <T> T reach(Supplier<T> call) {
    if (closed) {
      throw RedisAnswers.away(name, "the connection is closed", new RedisException("closed"));
    }
    try {
      return call.get();
    } catch (RedisException e) {
      throw RedisAnswers.away(name, "it can't be reached", e);
    }
  }

  /**
   * Runs a script that writes, and waits until this number of replicas has the written data.
   *
   * @throws ServingException UNAVAILABLE when fewer replicas confirm the write; the primary has the
   *     change nevertheless
   */
  public List<Object> runReplicated(
      RedisScript script, int replicas, byte[][] keys, byte[]... values) {
    if (replicas == 0) {
      return run(script, place.timeout(), keys, values);
    }
    return writes.run(script, replicas, place.timeout(), keys, values);
  }

  /**
   * Returns the fields of a section of INFO for every primary.
   *
   * @param section such as {@code memory}
   */
  public List<Map<String, String>> info(String section) {
    List<Map<String, String>> all = new ArrayList<>();
    for (String text : onPrimaries(node -> node.info(section))) {
      Map<String, String> fields = new HashMap<>();
      for (String line : text.lines().toList()) {
        int colon = line.indexOf(':');
        if (colon > 0 && !line.startsWith("#")) {
          fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
      }
      all.add(fields);
    }
    return all;
  }

  /**
   * Makes every node with an append-only file rewrite this file in the background. For a single
   * server, the replicas are not known, so only the server itself rewrites its file.
   *
   * @return whether any node keeps such a file
   * @throws ServingException when a node can't begin now
   */
  public boolean rewriteLogs() {
    List<String> keeps =
        onNodes(node -> true, node -> node.info("persistence")).stream()
            .filter(text -> text.contains("aof_enabled:1"))
            .toList();
    if (!keeps.isEmpty()) {
      onNodes(node -> true, RedisClusterAsyncCommands::bgrewriteaof);
    }
    return !keeps.isEmpty();
  }

  /**
   * Sends a command to every primary and returns the answers.
   *
   * @throws ServingException UNAVAILABLE when one of the primaries is unavailable
   */
  public <T> List<T> onPrimaries(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
    return onNodes(node -> node.getRole().isUpstream() && !node.hasNoSlots(), command);
  }

  private <T> List<T> onNodes(
      Predicate<RedisClusterNode> nodes,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
    List<RedisFuture<T>> asked = new ArrayList<>();
    try {
      if (connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
        cluster.getPartitions().stream()
            .filter(nodes)
            .forEach(
                node -> asked.add(command.apply(cluster.getConnection(node.getNodeId()).async())));
      } else {
        asked.add(command.apply(commands));
      }
    } catch (RedisException e) { // a node of the cluster has just died
      throw RedisAnswers.away(name, "it can't be reached", e);
    }
    return asked.stream().map(this::await).toList();
  }

  /**
   * Returns the identities of all primaries. Two connections to the same server return the same
   * identities.
   */
  public List<String> identities() {
    return info("server").stream().map(fields -> fields.getOrDefault("run_id", "")).toList();
  }

  /** Closes all connections. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      shutDown(client, resources);
    }
  }

  private static void shutDown(@Nullable AbstractRedisClient client, ClientResources resources) {
    if (client != null) {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
    try {
      resources.shutdown(0, 2, TimeUnit.SECONDS).await(3, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      logger.warn("the end of Redis' connections was not awaited");
    }
  }
}
