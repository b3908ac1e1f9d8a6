package io.unipin.serving.history.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.SlotHash;
import io.unipin.serving.erasure.ErasurePoint;
import io.unipin.serving.erasure.SharedErasures;
import io.unipin.serving.history.ErasureOrderContract;
import io.unipin.serving.history.HistoryConfig.WhenAway;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.KnownErasure;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisCluster;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.redis.RedisValues;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsRedis
final class RedisErasureOrderTest extends ErasureOrderContract {
  @TempDir static Path shared;
  private static RedisServer server;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    server = RedisServer.start(shared);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void empty() {
    assertThat(server.command("FLUSHALL")).isEqualTo("+OK");
  }

  @Override
  protected HistoryStore open() {
    return RedisHistoriesTest.open(server, WhenAway.REFUSE, 0);
  }

  @Test
  void append_askedLongAgo_mustAskAgain() {
    try (HistoryStore store = open()) {
      KnownErasure known = store.erasure("u");
      KnownErasure old =
          new KnownErasure(known.timeMs(), known.askedMs() - Duration.ofMinutes(6).toMillis());
      assertThat(store.append("u", List.of(event("e", 1)), old)).isEmpty();
      assertThat(store.append("u", List.of(event("e", 1)), known)).isPresent();
    }
  }

  /** A server that dies between the deletion and the mark leaves the fence. */
  @Test
  void erasure_withoutItsMark_isKnownAndIsMarkedByTheNext() {
    try (HistoryStore store = open();
        HistoryStore other = open()) {
      store.append("u", List.of(event("old", 10)));
      store.erase("u", 100);
      String mark = "unipin:gone:" + store.archive().markOf(HistoryKeys.user("u"), 0).text();
      assertThat(server.command("DEL " + mark)).isEqualTo(":1");
      KnownErasure known = other.erasure("u");
      assertThat(known.timeMs()).isEqualTo(100);
      assertThat(other.append("u", List.of(event("later", 150)), known)).isPresent();
      assertThat(other.eraseFor("u", 100)).isFalse();
      assertThat(other.read("u").lifetime()).as("done since the deletion").isEqualTo(1);
      assertThat(other.erasedMs("u")).hasValue(100);
    }
  }

  @Test
  void erasure_isForgottenBesideTheHistory_afterSomeMinutes() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event("old", 10)));
      store.erase("u", 100);
      byte[] user = RedisRecords.keys(HistoryKeys.user("u"))[0];
      String fence =
          "unipin:fence:{%s}:%s"
              .formatted(
                  SlotTags.beside(user), store.archive().markOf(HistoryKeys.user("u"), 0).text());
      assertThat(SlotHash.getSlot(RedisValues.bytes(fence))).isEqualTo(SlotHash.getSlot(user));
      String left = server.command("PTTL " + fence);
      assertThat(Long.parseLong(left.substring(1))).isBetween(1L, 600_000L);
    }
  }

  @Test
  void points_neverGoBack_andBelongToOneLog() {
    try (HistoryStore store = open();
        HistoryStore other = open()) {
      SharedErasures topic = store.sharedErasures("topic");
      assertThat(topic.isUsed()).isTrue();
      assertThat(topic.points()).isEmpty();
      topic.raise(Map.of("0", new ErasurePoint(5, 1000), "1", new ErasurePoint(2, 900)));
      other
          .sharedErasures("topic")
          .raise(Map.of("0", new ErasurePoint(4, 1100), "1", new ErasurePoint(7, 800)));
      assertThat(topic.points())
          .isEqualTo(Map.of("0", new ErasurePoint(5, 1100), "1", new ErasurePoint(7, 900)));
      assertThat(store.sharedErasures("other").points()).isEmpty();
      store.erase("u", 100);
      assertThat(topic.isMade("u", 100)).isTrue();
      assertThat(topic.isMade("u", 101)).isFalse();
      // a copy or a restore brings older histories
      store.archive().forgetErasurePoints();
      assertThat(topic.points()).isEmpty();
    }
  }

  @Test
  void cluster_refusesAsASingleServerDoes() {
    try (RedisCluster cluster = RedisCluster.start(folder);
        HistoryStore store = RedisHistoriesTest.open(cluster.place(), WhenAway.REFUSE, 0)) {
      for (int i = 0; i < 20; i++) {
        String user = "user-" + i;
        Eventually.returns(() -> store.append(user, List.of(event("old", 10))));
        KnownErasure known = Eventually.returns(() -> store.erasure(user));
        Eventually.returns(() -> store.erase(user, 100));
        assertThat(Eventually.returns(() -> store.append(user, List.of(event("again", 20)), known)))
            .isEmpty();
        assertThat(Eventually.returns(() -> store.read(user))).isEqualTo(UserHistory.EMPTY);
        KnownErasure later = Eventually.returns(() -> store.erasure(user));
        assertThat(Eventually.returns(() -> store.append(user, List.of(event("e", 150)), later)))
            .isPresent();
      }
    }
  }
}
