package io.unipin.serving.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens the connections to the primaries of a cluster. Lettuce opens the connection to a node at
 * the first command for one of the node's keys, and refuses this command.
 */
final class ClusterWarmUp {
  private static final long PAUSE_MILLIS = 10;

  private ClusterWarmUp() {}

  /**
   * Sends a command to each primary until the primary answers. Returns without an error when the
   * time has passed: a primary may be unavailable.
   */
  static void run(StatefulRedisClusterConnection<byte[], byte[]> cluster, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    for (RedisClusterNode node : cluster.getPartitions()) {
      if (node.getRole().isUpstream() && !node.hasNoSlots()) {
        byte[] key = keyOf(node);
        while (System.nanoTime() - end < 0 && !answers(cluster, key, end)) {
          try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
          }
        }
      }
    }
  }

  /** Returns a key that the node serves. */
  private static byte[] keyOf(RedisClusterNode node) {
    int number = 0;
    while (true) {
      byte[] key = ("unipin:" + number++).getBytes(StandardCharsets.UTF_8);
      if (node.hasSlot(SlotHash.getSlot(key))) {
        return key;
      }
    }
  }

  private static boolean answers(
      StatefulRedisClusterConnection<byte[], byte[]> cluster, byte[] key, long end) {
    try {
      RedisFuture<Long> answer = cluster.async().exists(key);
      answer.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    } catch (ExecutionException e) { // an error reply of the node counts as an answer, too
      return e.getCause() instanceof RedisCommandExecutionException;
    } catch (RedisException | TimeoutException e) {
      return false;
    }
  }
}
