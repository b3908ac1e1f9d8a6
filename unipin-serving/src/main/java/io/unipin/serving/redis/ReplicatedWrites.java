package io.unipin.serving.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * Writes that wait for replicas. The Redis command WAIT applies to the writes of its own
 * connection, and other commands on this connection wait meanwhile. So these writes have
 * connections of their own. Thread-safe.
 */
final class ReplicatedWrites {
  private static final int CONNECTIONS = 4;

  private final String name;
  private final Function<byte[], RedisClusterAsyncCommands<byte[], byte[]>> connections;
  private final Runnable moved;

  private ReplicatedWrites(
      String name,
      Function<byte[], RedisClusterAsyncCommands<byte[], byte[]>> connections,
      Runnable moved) {
    this.name = name;
    this.connections = connections;
    this.moved = moved;
  }

  /**
   * Creates writes to a single server, which use four connections in turn. A connection is opened
   * when it is first needed.
   */
  static ReplicatedWrites of(String name, RedisClient client) {
    AtomicReferenceArray<StatefulRedisConnection<byte[], byte[]>> open =
        new AtomicReferenceArray<>(CONNECTIONS);
    AtomicInteger next = new AtomicInteger();
    return new ReplicatedWrites(
        name,
        unused -> {
          int at = Math.floorMod(next.getAndIncrement(), CONNECTIONS);
          synchronized (open) {
            if (open.get(at) == null) {
              open.set(at, client.connect(ByteArrayCodec.INSTANCE));
            }
            return open.get(at).async();
          }
        },
        () -> {});
  }

  /** Creates writes to a cluster. Each write goes to the node that serves its key. */
  static ReplicatedWrites of(
      String name,
      RedisClusterClient client,
      StatefulRedisClusterConnection<byte[], byte[]> connection) {
    return new ReplicatedWrites(
        name,
        key -> {
          RedisClusterNode node =
              connection.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
          if (node == null) {
            throw RedisAnswers.away(
                name, "no node serves the key", new IllegalStateException("no node"));
          }
          return connection.getConnection(node.getNodeId()).async();
        },
        client::refreshPartitionsAsync);
  }

  List<Object> run(
      RedisScript script, int replicas, Duration timeout, byte[][] keys, byte[]... values) {
    try {
      RedisClusterAsyncCommands<byte[], byte[]> commands = connections.apply(keys[0]);
      List<Object> answer = script.run(commands, reply -> await(reply, timeout), keys, values);
      RedisFuture<Long> confirmed =
          commands.waitForReplication(replicas, Math.max(1, timeout.toMillis() / 2));
      long have = await(confirmed, timeout);
      if (have < replicas) {
        throw ServingException.unavailable(
            "%s replicas of the %s store's Redis expected to have the change, got %s"
                .formatted(replicas, name, have),
            RedisAnswers.RETRY_AFTER,
            null);
      }
      return answer;
    } catch (ServingException e) {
      moved.run(); // after a failover another node may serve the key
      throw e;
    } catch (RedisException e) {
      moved.run();
      throw RedisAnswers.away(name, "it can't be reached", e);
    }
  }

  private <T> T await(CompletionStage<T> answer, Duration timeout) {
    return RedisAnswers.await(name, answer, timeout);
  }
}
