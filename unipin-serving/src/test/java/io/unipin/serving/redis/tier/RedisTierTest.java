package io.unipin.serving.redis.tier;

import static io.unipin.serving.redis.tier.TierRows.sequence;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.KvCacheException;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierDrop;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.security.MacKeys;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests servers that share a tier in a real Redis. */
@NeedsRedis
@Timeout(120)
final class RedisTierTest {
  @TempDir Path folder;
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder.resolve("redis"));
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private TierCache server() {
    return new TierCache(RedisTierSetup.open(redis.uri()));
  }

  @Test
  void twoServers_readWhatTheOtherWrote() {
    try (TierCache one = server();
        TierCache two = server()) {
      one.serve("user", sequence(100, 1));
      one.cache.settleTier();
      assertThat(two.serve("user", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
      two.serve("user", sequence(150, 1));
      two.cache.settleTier();
      one.forget();
      assertThat(one.serve("user", sequence(150, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  /**
   * Two servers replace the same chunk. One of the two chunks must be kept, and readers must find
   * whole prefixes.
   */
  @Test
  void twoServers_thatWriteOneUser_leaveRightRows() {
    try (TierCache one = server();
        TierCache two = server()) {
      for (int round = 0; round < 30; round++) {
        one.serve("user", sequence(100 + round, 1));
        two.serve("user", sequence(90 + 3 * round, 1));
        if (round % 5 == 0) {
          one.forget();
          two.forget();
        }
      }
      assertThat(one.stats().space().failures()).isZero();
      assertThat(two.stats().space().failures()).isZero();
    }
  }

  @Test
  void keys_holdNoIdsAndExpire() {
    try (TierCache world = server()) {
      world.serve("some-user-id", sequence(100, 1));
      world.cache.settleTier();
      List<String> keys = new ArrayList<>();
      RedisTierSetup.with(
          redis.place(),
          connections -> {
            for (byte[] key : connections.await(connections.commands().keys("*"))) {
              keys.add(new String(key, US_ASCII));
              assertThat(connections.await(connections.commands().pttl(key))).isPositive();
            }
          });
      assertThat(keys).hasSize(2).noneMatch(key -> key.contains("some-user-id"));
      RedisTierSetup.forEach(
          redis.place(),
          (key, field) -> {
            assertThat(new String(field.getKey(), US_ASCII)).doesNotContain(TierCache.MODEL);
            assertThat(new String(field.getValue(), US_ASCII)).doesNotContain("some-user-id");
          });
    }
  }

  @Test
  void lateWrite_byAServerThatMissedTheErasure_revivesNobody() {
    try (TierCache eraser = server();
        TierCache other = server()) {
      other.serve("user", sequence(100, 1));
      other.cache.settleTier();
      assertThat(eraser.cache.erase("user")).isEqualTo(1);
      other.serve("user", sequence(120, 1));
      other.cache.settleTier();
      assertThat(redis.command("DBSIZE")).as("the mark, and a model").isEqualTo(":2");
      assertThat(eraser.serve("user", sequence(120, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  /**
   * Redis may evict the mark of an erasure. Then the mark in the history store must prevent the
   * write.
   */
  @Test
  void lateWrite_afterRedisDroppedTheMark_revivesNobody() {
    Set<String> erased = ConcurrentHashMap.newKeySet();
    RedisTier tier =
        RedisTier.open(
            RedisTierSetup.config(redis.uri(), false),
            RedisTierSetup.parts(RedisTierSetup.KEYS, erased::contains));
    try (TierCache world = new TierCache(tier)) {
      world.serve("user", sequence(100, 1));
      world.cache.settleTier();
      erased.add("user");
      redis.command("FLUSHALL");
      world.serve("user", sequence(120, 1));
      world.cache.settleTier();
      assertThat(redis.command("DBSIZE")).isEqualTo(":0");
    }
  }

  @Test
  void erasure_afterAChangeOfTheSecret_removesOldNames() {
    MacKeys changed = MacKeys.of(List.of(new byte[] {7}, new byte[] {1, 2, 3}));
    try (TierCache before = server();
        TierCache after =
            new TierCache(
                RedisTier.open(
                    RedisTierSetup.config(redis.uri(), false),
                    RedisTierSetup.parts(changed, user -> false)))) {
      before.serve("user", sequence(100, 1));
      before.cache.settleTier();
      assertThat(after.cache.erase("user")).isEqualTo(1);
      before.forget();
      assertThat(before.serve("user", sequence(100, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  /**
   * Somebody with write access to Redis can't give one user's rows to another user, because each
   * chunk names its user.
   */
  @Test
  void chunks_ofAnotherUser_areNotRead() {
    try (TierCache world = server()) {
      world.serve("one", sequence(100, 1));
      world.serve("two", sequence(100, 1));
      world.cache.settleTier();
      Map<String, Map<String, byte[]>> users = new HashMap<>();
      RedisTierSetup.forEach(
          redis.place(),
          (key, field) ->
              users
                  .computeIfAbsent(key, any -> new HashMap<>())
                  .put(new String(field.getKey(), US_ASCII), field.getValue()));
      List<String> keys = List.copyOf(users.keySet());
      RedisTierSetup.with(
          redis.place(),
          connections -> {
            for (int user = 0; user < 2; user++) {
              byte[] key = keys.get(user).getBytes(US_ASCII);
              users
                  .getOrDefault(keys.get(1 - user), Map.of())
                  .forEach(
                      (field, value) ->
                          connections.await(
                              connections.commands().hset(key, field.getBytes(US_ASCII), value)));
            }
          });
      world.forget();
      assertThat(world.serve("one", sequence(100, 1))).isEqualTo(KvReason.ABSENT);
      assertThat(world.stats().counted(KvTierLookup.FAILED)).isEqualTo(1);
    }
  }

  @Test
  void redisAway_requestsEncodeAndItIsUsedAgain() {
    try (TierCache world = server()) {
      world.serve("user", sequence(100, 1));
      world.forget();
      redis.kill();
      for (int request = 0; request < 10; request++) {
        assertThat(world.serve("user" + request, sequence(100, 1))).isEqualTo(KvReason.ABSENT);
      }
      assertThat(world.stats().counted(KvTierLookup.AWAY)).isEqualTo(10);
      world.cache.settleTier();
      assertThat(world.stats().on()).isFalse();
      assertThat(world.stats().counted(KvTierDrop.OFF)).isEqualTo(10);
      assertThatThrownBy(() -> world.cache.erase("user")).isInstanceOf(KvCacheException.class);

      redis.startAgain();
      int[] user = {0};
      Eventually.holds(
          () -> {
            world.later(Duration.ofSeconds(2)); // so that the pause after a failed write is over
            world.serve("again" + user[0]++, sequence(100, 1));
            world.cache.settleTier();
            return world.stats().on();
          });
      world.serve("last", sequence(100, 1));
      world.forget();
      Eventually.holds(
          () -> {
            KvReason found = world.serve("last", sequence(100, 1));
            world.forget();
            return found == KvReason.RELOADED;
          });
    }
  }

  @Test
  void redisHangs_requestsWaitForTheirTimeAtMostAndThenNotAtAll() {
    try (TierCache world = server()) {
      world.serve("user", sequence(100, 1));
      world.forget();
      redis.signal("STOP");
      try {
        long slowest = 0;
        int quick = 0;
        for (int request = 0; request < 12; request++) {
          long began = System.nanoTime();
          world.serve("user" + request, sequence(100, 1));
          long millis = RedisTierSetup.millisSince(began);
          slowest = Math.max(slowest, millis);
          quick += millis < RedisTierSetup.TIMEOUT.toMillis() / 2 ? 1 : 0;
        }
        assertThat(slowest).isBetween(400L, 3000L);
        assertThat(quick).as("requests that did not wait").isGreaterThanOrEqualTo(5);
      } finally {
        redis.signal("CONT");
      }
    }
  }

  @Test
  void redisAbsentAtTheStart_isUsedOnceItIsThere() {
    redis.kill();
    try (TierCache world = server()) {
      assertThat(world.serve("user", sequence(100, 1))).isEqualTo(KvReason.ABSENT);
      assertThat(world.stats().counted(KvTierLookup.AWAY)).isEqualTo(1);
      redis.startAgain();
      Eventually.holds(
          () -> {
            world.forget();
            return world.serve("user", sequence(100, 1)) == KvReason.RELOADED;
          });
    }
  }

  @Test
  void redisOfTheHistories_isRefused() {
    assertThatThrownBy(
            () ->
                RedisTier.open(
                    RedisTierSetup.config(redis.uri(), false),
                    RedisTierSetup.parts(
                        RedisTierSetup.KEYS,
                        user -> false,
                        Optional.of(redis.place()),
                        Duration.ofMinutes(1))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cache.redis.uri: another Redis than that of redis.uri expected");
    try (RedisServer other = RedisServer.start(folder.resolve("other"));
        RedisTier tier =
            RedisTier.open(
                RedisTierSetup.config(redis.uri(), false),
                RedisTierSetup.parts(
                    RedisTierSetup.KEYS,
                    user -> false,
                    Optional.of(other.place()),
                    Duration.ofMinutes(1)))) {
      assertThat(tier.space().failures()).isZero();
    }
  }

  /**
   * While the shared Redis is unavailable, it can't be compared with the tier's Redis. The tier is
   * used all the same.
   */
  @Test
  void sharedRedisAway_tierIsUsedAndCheckedLater() {
    try (RedisServer other = RedisServer.start(folder.resolve("other"))) {
      other.kill();
      RedisTier tier =
          RedisTier.open(
              RedisTierSetup.config(redis.uri(), false),
              RedisTierSetup.parts(
                  RedisTierSetup.KEYS,
                  user -> false,
                  Optional.of(other.place()),
                  Duration.ofMinutes(1)));
      try (TierCache world = new TierCache(tier)) {
        world.serve("user", sequence(100, 1));
        world.forget();
        assertThat(world.serve("user", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
        other.startAgain();
        Eventually.holds(() -> isAsked(other));
        world.forget();
        assertThat(world.serve("user", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
      }
    }
  }

  private static boolean isAsked(RedisServer server) {
    return !server.infoField("commandstats", "cmdstat_hello").isEmpty();
  }

  @Test
  void fullRedis_turnsTheTierOffAndPagesGoOn() {
    redis.command("CONFIG SET maxmemory 1mb");
    try (TierCache world = server()) {
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
      world.cache.settleTier();
      assertThat(world.stats().on()).isFalse();
      redis.command("CONFIG SET maxmemory 0");
      world.later(Duration.ofSeconds(5));
      world.serve("user", sequence(210, 1));
      world.forget();
      assertThat(world.serve("user", sequence(210, 1))).isEqualTo(KvReason.RELOADED);
      Eventually.holds(() -> world.stats().space().usedBytes() > 0);
    }
  }

  private TierCache serverThatMarksModels(Duration interval) {
    return new TierCache(
        RedisTier.open(
            RedisTierSetup.config(redis.uri(), false),
            RedisTierSetup.parts(RedisTierSetup.KEYS, user -> false, Optional.empty(), interval)));
  }

  @Test
  void erasureOfAModel_waitsUntilNoServerUsesItThenRemovesItsFields() {
    Duration interval = Duration.ofMillis(500);
    try (TierCache one = serverThatMarksModels(interval);
        TierCache two = serverThatMarksModels(interval)) {
      one.serve("user", sequence(100, 1));
      one.cache.settleTier();
      one.cache.eraseFingerprint(TierCache.MODEL);
      one.cache.settleTier();
      assertThat(two.serve("user", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
      Eventually.holds(
          () -> {
            one.cache.settleTier();
            return redis.command("DBSIZE").equals(":0");
          });
    }
  }

  private TierCache server(String model, AtomicLong clock) {
    RedisTier tier = RedisTierSetup.open(redis.uri(), clock::get);
    return new TierCache(RedisTierSetup.shared(tier), TierCache.LAYOUT, model);
  }

  /** Serves a user twice, because a user who came only once is not written to the tier. */
  private static KvReason twice(TierCache server, int... tokens) {
    KvReason first = server.serve("user", tokens);
    server.serve("user", tokens);
    server.forget();
    return first;
  }

  private int fields(String model) {
    return RedisTierSetup.fields(redis.place(), "user", model);
  }

  @Test
  void rowsOfAnEarlierModel_expireAlthoughTheUserComesBack() {
    AtomicLong clock = new AtomicLong(1_700_000_000_000L);
    long almost = RedisTierSetup.TIME_TO_LIVE.toMillis() * 2 / 3;
    try (TierCache old = server("old", clock);
        TierCache present = server("present", clock)) {
      twice(old, sequence(100, 1));
      clock.addAndGet(almost);
      twice(present, sequence(100, 1));
      assertThat(fields("old")).isEqualTo(4);
      assertThat(twice(old, sequence(105, 1)))
          .as("used until then")
          .isEqualTo(KvReason.RELOADED_PART);
      clock.addAndGet(almost);
      twice(present, sequence(110, 1));
      assertThat(fields("old")).as("written within the time to live").isEqualTo(4);
      clock.addAndGet(almost);
      twice(present, sequence(120, 1));
      assertThat(fields("old")).isZero();
      assertThat(twice(present, sequence(120, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  /** A user without new actions is written as well: only the time of the write changes. */
  @Test
  void rowsOfAnEarlierModel_expireWhenNothingIsAdded() {
    AtomicLong clock = new AtomicLong(1_700_000_000_000L);
    try (TierCache old = server("old", clock);
        TierCache present = server("present", clock)) {
      twice(old, sequence(100, 1));
      twice(present, sequence(100, 1));
      clock.addAndGet(RedisTierSetup.TIME_TO_LIVE.toMillis() + 1);
      try (TierCache restarted = server("present", clock)) {
        assertThat(twice(restarted, sequence(100, 1))).isEqualTo(KvReason.RELOADED);
      }
      assertThat(fields("old")).isZero();
      assertThat(fields("present")).isEqualTo(4);
    }
  }

  /** Rows of other models expire by the clock of a server, which may be wrong. */
  @Test
  void timesOfAServerWithAWrongClock_keepNoRowsForEver() {
    AtomicLong wrong = new AtomicLong(4_000_000_000_000L);
    AtomicLong clock = new AtomicLong(1_700_000_000_000L);
    try (TierCache old = server("old", wrong);
        TierCache present = server("present", clock)) {
      twice(old, sequence(100, 1));
      twice(present, sequence(100, 1));
      assertThat(fields("old")).isZero();
      assertThat(twice(present, sequence(100, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void erasure_removesTheRowsOfAllModels() {
    AtomicLong clock = new AtomicLong(1_700_000_000_000L);
    try (TierCache old = server("old", clock);
        TierCache present = server("present", clock)) {
      twice(old, sequence(100, 1));
      twice(present, sequence(100, 1));
      assertThat(present.cache.erase("user")).isEqualTo(1);
      assertThat(fields("old") + fields("present")).isZero();
      twice(old, sequence(100, 1));
      assertThat(fields("old")).as("a late write").isZero();
    }
  }

  /** Requests with little time must not open the breaker, which would refuse other requests. */
  @Test
  void requestsWithLittleTime_leaveRedisToOthers() throws IOException {
    RedisTier tier = RedisTierSetup.open(redis.uri());
    try (TierCache world = new TierCache(tier)) {
      world.serve("user", sequence(100, 1));
      world.forget();
      int failed = 0;
      for (int request = 0; request < 50; request++) {
        try {
          tier.find(
              new KvKey("user", TierCache.MODEL),
              TierCache.LAYOUT,
              TierRows.hashes(sequence(100, 1)),
              System.nanoTime() + 1000);
        } catch (IOException e) {
          failed++;
        }
      }
      assertThat(failed).isGreaterThan(25);
      assertThat(world.serve("user", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void userWhoCameOnce_isNotWritten() {
    try (TierCache world =
        new TierCache(RedisTierSetup.shared(RedisTierSetup.open(redis.uri())), TierCache.LAYOUT)) {
      world.serve("once", sequence(100, 1));
      world.serve("twice", sequence(100, 1));
      world.cache.settleTier();
      assertThat(redis.command("DBSIZE")).isEqualTo(":0");
      assertThat(world.serve("twice", sequence(100, 1))).isEqualTo(KvReason.UNCHANGED);
      world.forget();
      assertThat(world.serve("twice", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.serve("once", sequence(100, 1))).isEqualTo(KvReason.ABSENT);
    }
  }
}
