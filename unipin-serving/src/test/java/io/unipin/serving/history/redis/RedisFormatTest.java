package io.unipin.serving.history.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.HistoryConfig.WhenAway;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.RetractResult;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.redis.RedisValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that histories in format 1 are read. Another program wrote the file of this test. */
@NeedsRedis
@Timeout(60)
final class RedisFormatTest {
  @TempDir Path folder;

  /** Runs the Redis commands of a file. The arguments in it are hexadecimal. */
  private static void load(RedisServer server) throws IOException {
    HexFormat hex = HexFormat.of();
    try (RedisConnections redis = RedisConnections.open("test", server.place());
        InputStream in =
            Objects.requireNonNull(RedisFormatTest.class.getResourceAsStream("histories-1.hex"))) {
      RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        String[] words = line.split(" ", -1);
        byte[] key = hex.parseHex(words[1]);
        switch (words[0]) {
          case "HSET" ->
              redis.await(commands.hset(key, hex.parseHex(words[2]), hex.parseHex(words[3])));
          case "ZADD" ->
              redis.await(
                  commands.zadd(
                      key,
                      Double.parseDouble(RedisValues.text(hex.parseHex(words[2]))),
                      hex.parseHex(words[3])));
          default -> redis.await(commands.set(key, hex.parseHex(words[2])));
        }
      }
    }
  }

  private static RecordedAction action(long item, String surface, long timeMs, String... names) {
    return new RecordedAction(item, List.of(names), surface, timeMs);
  }

  @Test
  void histories_ofFormatOne_areReadAndGoOn() throws IOException {
    try (RedisServer server = RedisServer.start(folder)) {
      load(server);
      try (HistoryStore store = RedisHistoriesTest.open(server, WhenAway.REFUSE, 0)) {
        assertThat(store.read("plain"))
            .isEqualTo(
                new UserHistory(
                    3,
                    List.of(
                        action(101, "home", 1000, "click", "save"),
                        action(-5, "search", 2000),
                        action(Long.MAX_VALUE, "home", 2500, "ünïcode"))));
        assertThat(store.read("corrected"))
            .isEqualTo(new UserHistory(4, List.of(action(201, "home", 1000, "save"))));
        assertThat(store.erasedMs("gone")).hasValue(1_700_000_000_000L);
        assertThat(store.secret()).startsWith(0, 1, 2, 3).hasSize(32);

        ActionEvent waited = new ActionEvent("c9", 4, action(9, "home", 3000));
        ActionEvent dropped = new ActionEvent("c0", 0, action(7, "home", 400));
        ActionEvent again = new ActionEvent("c2", 1, action(8, "home", 2000));
        assertThat(store.append("corrected", List.of(waited, dropped, again)))
            .isEqualTo(new AppendResult(0, 1, 1, 1, 0));
        assertThat(store.retract("corrected", List.of("c0"), 0))
            .isEqualTo(new RetractResult(1, 0, 0, 0, 0, 0));
        assertThat(store.read("corrected").lifetime()).isEqualTo(4);
      }
    }
  }
}
