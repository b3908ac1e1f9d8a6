package io.unipin.serving.history.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryConfig.Store;
import io.unipin.serving.history.HistoryConfig.WhenAway;
import io.unipin.serving.history.HistoryContract;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.HistoryView;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisConfig;
import io.unipin.serving.redis.RedisPlace;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.redis.RedisValues;
import io.unipin.settings.ByteSize;
import io.unipin.settings.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@NeedsRedis
@Timeout(120)
final class RedisHistoriesTest extends HistoryContract {
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  @TempDir static Path shared;
  private static RedisServer server;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    server = RedisServer.start(shared, "--appendonly", "yes");
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
    return open(server, WhenAway.REFUSE, 0);
  }

  static RedisHistories open(RedisServer server, WhenAway whenAway, int waitReplicas) {
    return open(server.place(), whenAway, waitReplicas);
  }

  static RedisHistories open(RedisPlace place, WhenAway whenAway, int waitReplicas) {
    HistoryConfig config =
        new HistoryConfig(
            Store.REDIS, Path.of("unused"), LIMIT, false, new ByteSize(1 << 20), whenAway);
    RedisConfig redis =
        new RedisConfig(
            place.uri(),
            place.cluster(),
            "",
            "",
            "",
            place.timeout(),
            place.topologyRefresh(),
            waitReplicas);
    return RedisHistories.open(config, redis);
  }

  private static void assertUnavailable(ServingException failure) {
    assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
    assertThat(failure.retryAfter()).isPresent();
  }

  @Test
  void read_sameRevision_transfersNothing() {
    try (HistoryStore store = open();
        HistoryStore other = open()) {
      store.append("u", List.of(event(1, 10)));
      UserHistory first = store.read("u");
      assertThat(store.read("u")).isSameAs(first);
      assertThat(store.view("u", PATIENCE).history()).isSameAs(first);
      assertThat(store.reads().fetched()).isEqualTo(1);
      assertThat(store.reads().held()).isEqualTo(2);
      // A read by any server counts every action that another server has acknowledged before.
      for (int i = 2; i < 6; i++) {
        other.append("u", List.of(event(i, 10L * i)));
        assertThat(store.read("u").lifetime()).isEqualTo(i);
        assertThat(other.read("u")).isEqualTo(store.read("u"));
      }
      assertThat(store.append("u", List.of(event(1, 10))).duplicates()).isEqualTo(1);
      long fetched = store.reads().fetched();
      store.read("u");
      assertThat(store.reads().fetched()).as("a duplicate changes nothing").isEqualTo(fetched);
    }
  }

  @Test
  void read_erasedByAnotherServer_showsNothingAndTheNextHistoryIsNew() {
    try (HistoryStore store = open();
        HistoryStore other = open()) {
      store.append("u", List.of(event(1, 10)));
      assertThat(store.read("u").lifetime()).isEqualTo(1);
      assertThat(other.erase("u")).isTrue();
      assertThat(store.read("u")).isEqualTo(UserHistory.EMPTY);
      other.append("u", List.of(event(2, 20)));
      assertThat(store.read("u").newest()).containsExactly(event(2, 20).action());
      assertThat(store.secret()).isEqualTo(other.secret());
    }
  }

  @Test
  void erase_leavesNothingButTheMark() {
    try (HistoryStore store = open()) {
      for (int i = 0; i < 4 * LIMIT; i++) {
        store.append("u", List.of(event(i, i)));
      }
      store.retract("u", List.of("never-recorded", "event-31"), 0);
      assertThat(server.command("DBSIZE")).isNotIn(":0", ":1", ":2");
      assertThat(store.erase("u")).isTrue();
      // the keys of the secret and of the mark, and the fence, which Redis removes after some
      // minutes
      assertThat(server.command("DBSIZE")).isEqualTo(":3");
      server.command(
          "EVAL \"for _, key in ipairs(redis.call('KEYS', 'unipin:fence:*')) do"
              + " redis.call('PEXPIRE', key, 1) end return 1\" 0");
      Eventually.holds(() -> server.command("DBSIZE").equals(":2"));
    }
  }

  @Test
  void away_heldUsersGetTheirHistoryAndOthersWhatIsSet() {
    try (RedisServer own = RedisServer.start(folder, "--appendonly", "yes");
        HistoryStore refusing = open(own, WhenAway.REFUSE, 0);
        HistoryStore emptying = open(own, WhenAway.EMPTY, 0)) {
      refusing.append("held", List.of(event(1, 10)));
      UserHistory history = refusing.read("held");
      emptying.read("held");
      own.kill();
      for (HistoryStore store : List.of(refusing, emptying)) {
        assertThat(store.view("held", PATIENCE))
            .isEqualTo(new HistoryView(history, List.of("stale_history")));
      }
      assertThat(emptying.view("other", PATIENCE))
          .isEqualTo(new HistoryView(UserHistory.EMPTY, List.of("missing_history")));
      assertThatThrownBy(() -> refusing.view("other", PATIENCE))
          .isInstanceOfSatisfying(ServingException.class, RedisHistoriesTest::assertUnavailable);
      assertThatThrownBy(() -> refusing.append("held", List.of(event(2, 20))))
          .isInstanceOfSatisfying(ServingException.class, RedisHistoriesTest::assertUnavailable);
      assertThat(refusing.reads().stale()).isEqualTo(1);
      assertThat(emptying.reads().missing()).isEqualTo(1);

      own.startAgain();
      assertThat(
              Eventually.returns(() -> refusing.append("held", List.of(event(2, 20)))).recorded())
          .isEqualTo(1);
      Eventually.holds(() -> refusing.view("held", PATIENCE).degradations().isEmpty());
      assertThat(Eventually.returns(() -> refusing.read("held")).lifetime()).isEqualTo(2);
    }
  }

  /** Pages with little time must not open the breaker, which would refuse other callers' pages. */
  @Test
  void view_ofPagesWithLittleTime_leavesRedisToOthers() {
    try (RedisHistories store = open(server, WhenAway.EMPTY, 0)) {
      store.append("u", List.of(event(1, 10)));
      for (int page = 0; page < 50; page++) {
        store.view("unknown", Duration.ofNanos(10));
      }
      assertThat(store.reads().missing()).isGreaterThan(25);
      assertThat(store.view("u", PATIENCE).degradations()).isEmpty();
      assertThat(store.view("u", PATIENCE).history().lifetime()).isEqualTo(1);
      assertThat(store.reads().refused()).isZero();
      assertThat(store.breakers()).allSatisfy(breaker -> assertThat(breaker.opened()).isZero());
    }
  }

  /** After a few failures, calls end at once instead of waiting for a server that hangs. */
  @Test
  void away_hangingServer_isNotAwaitedByEveryCall() {
    try (RedisServer own = RedisServer.start(folder);
        HistoryStore store = open(own, WhenAway.EMPTY, 0)) {
      store.append("u", List.of(event(1, 10)));
      own.signal("STOP");
      try {
        Eventually.holds(
            () -> {
              store.view("u", Duration.ofMillis(200)); // less than the store's own limit
              return store.reads().refused() > 0;
            });
      } finally {
        own.signal("CONT");
      }
      Eventually.holds(() -> store.view("u", PATIENCE).degradations().isEmpty());
      assertThat(store.read("u").lifetime()).isEqualTo(1);
    }
  }

  @Test
  void append_tooFewReplicas_isUnavailableAndTheRetryIsADuplicate() {
    try (RedisServer primary = RedisServer.start(folder.resolve("primary"));
        HistoryStore store = open(primary, WhenAway.REFUSE, 1)) {
      assertThatThrownBy(() -> store.append("u", List.of(event(1, 10))))
          .isInstanceOfSatisfying(ServingException.class, RedisHistoriesTest::assertUnavailable)
          .hasMessageContaining("1 replicas");
      try (RedisServer replica =
          RedisServer.start(
              folder.resolve("replica"),
              "--replicaof",
              "127.0.0.1",
              String.valueOf(primary.port()))) {
        AppendResult retried = Eventually.returns(() -> store.append("u", List.of(event(1, 10))));
        assertThat(retried).isEqualTo(new AppendResult(0, 1));
        assertThat(replica.command("DBSIZE")).isNotEqualTo(":0");
      }
    }
  }

  @Test
  void open_serverThatEvicts_isRefused() {
    for (String policy : List.of("allkeys-lru", "volatile-ttl")) {
      try (RedisServer evicting =
          RedisServer.start(folder.resolve(policy), "--maxmemory-policy", policy)) {
        assertThatThrownBy(() -> open(evicting, WhenAway.REFUSE, 0))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("noeviction expected, got " + policy);
      }
    }
  }

  @Test
  void read_laterFormat_isRefusedAndLeftAsItIs() {
    try (RedisHistories store = open(server, WhenAway.EMPTY, 0)) {
      store.append("u", List.of(event(1, 10)));
      String key = RedisValues.text(RedisRecords.keys(HistoryKeys.user("u"))[0]);
      server.command("HSET " + key + " v 2");
      for (Runnable call :
          List.<Runnable>of(
              () -> store.view("u", PATIENCE),
              () -> store.append("u", List.of(event(2, 20))),
              () -> store.sample(1))) {
        assertThatThrownBy(call::run)
            .isInstanceOfSatisfying(
                ServingException.class,
                failure -> assertThat(failure.kind()).isEqualTo(FailureKind.INTERNAL))
            .cause()
            .hasMessageContaining("a history of format 1 expected, got 2");
      }
      server.command("HSET " + key + " v 1");
      assertThat(store.read("u").lifetime()).isEqualTo(1);
    }
  }

  @Test
  void append_scriptIsForgottenMeanwhile_isSentAgain() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event(1, 10)));
      server.command("SCRIPT FLUSH");
      assertThat(store.append("u", List.of(event(2, 20))).recorded()).isEqualTo(1);
      server.command("SCRIPT FLUSH");
      assertThat(store.read("u").lifetime()).isEqualTo(2);
    }
  }

  @Test
  void append_timeThatRedisCannotOrder_isRefused() {
    try (HistoryStore store = open()) {
      ActionEvent event = event(1, (1L << 53) + 1);
      assertThatThrownBy(() -> store.append("u", List.of(event)))
          .isInstanceOfSatisfying(
              ServingException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.INVALID));
    }
  }
}
