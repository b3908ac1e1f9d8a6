package io.unipin.serving.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a real failover: after the death of a primary, the connections find its replica themselves.
 */
@NeedsRedis
@Timeout(120)
final class RedisClusterTest {
  private static final RedisScript ADD =
      RedisScript.of("return {redis.call('INCRBY', KEYS[1], ARGV[1])}");

  @TempDir Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void open_firstCommandToEachNode_isAnswered() {
    try (RedisCluster cluster = RedisCluster.start(folder);
        RedisConnections redis = RedisConnections.open("test", cluster.place())) {
      for (int i = 0; i < 20; i++) {
        byte[][] key = {bytes("first" + i)};
        assertThat(redis.run(ADD, Duration.ofSeconds(2), key, bytes("1"))).containsExactly(1L);
      }
    }
  }

  @Test
  void run_primaryIsKilled_findsTheReplicaAndLoadsTheScriptThere() {
    try (RedisCluster cluster = RedisCluster.start(folder);
        RedisConnections redis = RedisConnections.open("test", cluster.place())) {
      assertThat(redis.identities()).hasSize(3).doesNotHaveDuplicates();
      for (int i = 0; i < 20; i++) {
        byte[][] key = {bytes("key" + i)};
        assertThat(redis.runReplicated(ADD, 1, key, bytes("1"))).containsExactly(1L);
      }
      int port =
          Integer.parseInt(
              redis
                  .onPrimaries(node -> node.info("server"))
                  .get(0)
                  .lines()
                  .filter(line -> line.startsWith("tcp_port:"))
                  .findFirst()
                  .orElseThrow()
                  .substring("tcp_port:".length()));
      cluster.node(port).kill();
      for (int i = 0; i < 20; i++) {
        byte[][] key = {bytes("key" + i)};
        List<Object> answer =
            Eventually.returns(() -> redis.run(ADD, Duration.ofSeconds(2), key, bytes("1")));
        // The answer may exceed 2, because the server may have run an attempt that failed for the
        // caller.
        assertThat((Long) answer.get(0)).isGreaterThanOrEqualTo(2);
      }
      // A call to all primaries fails until the replica has taken over.
      assertThat(Eventually.returns(redis::identities)).hasSize(3).doesNotHaveDuplicates();
      assertThat(SlotHash.getSlot(bytes("{a}:m"))).isEqualTo(SlotHash.getSlot(bytes("{a}:e")));
    }
  }
}
