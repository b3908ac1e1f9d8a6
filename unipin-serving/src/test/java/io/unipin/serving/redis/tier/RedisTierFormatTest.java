package io.unipin.serving.redis.tier;

import static io.unipin.serving.redis.tier.TierRows.sequence;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.kvcache.KvTierSetup;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisScript;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.redis.RedisValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that chunks in format 1 are read. Also tests that this server shares users with servers of
 * an older version, which store no times of writes. Another program wrote the file of this test.
 */
@NeedsRedis
@Timeout(60)
final class RedisTierFormatTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 4, 320, KvType.INT8);

  @TempDir Path folder;
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder);
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  /**
   * Writes the user in the file to Redis.
   *
   * @param format format that the list of chunks claims to have
   */
  private void load(int format) throws IOException {
    HexFormat hex = HexFormat.of();
    try (InputStream in =
        Objects.requireNonNull(RedisTierFormatTest.class.getResourceAsStream("chunks-1.hex"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      RedisTierSetup.with(
          redis.place(),
          connections ->
              text.lines()
                  .map(line -> line.split(" ", -1))
                  .forEach(
                      words -> {
                        byte[] value = hex.parseHex(words[2]);
                        if (value[0] == 1) {
                          value[0] = (byte) format;
                        }
                        connections.await(
                            connections
                                .commands()
                                .hset(hex.parseHex(words[0]), hex.parseHex(words[1]), value));
                      }));
    }
  }

  @Test
  void chunks_ofFormatOne_areRead() throws IOException {
    load(1);
    try (TierCache world = new TierCache(RedisTierSetup.open(redis.uri()), LAYOUT)) {
      assertThat(world.serve("fixture", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
      world.forget();
      assertThat(world.reused("fixture", sequence(120, 1))).isEqualTo(100);
    }
  }

  private int fixtureFields() {
    int[] count = {0};
    RedisTierSetup.forEach(
        redis.place(),
        (key, field) -> count[0] += isFixture(new String(field.getKey(), US_ASCII)) ? 1 : 0);
    return count[0];
  }

  private static boolean isFixture(String field) {
    String prefix =
        new String(TierKeys.prefix(TierKeys.model(RedisTierSetup.KEYS, TierCache.MODEL)), US_ASCII);
    return field.startsWith(prefix);
  }

  /** The chunks have no times, so their time to live begins when this server meets them. */
  @Test
  void chunks_withoutTimes_expireOnceAnotherModelServesTheUser() throws IOException {
    load(1);
    int before = fixtureFields();
    assertThat(before).isPositive();
    AtomicLong clock = new AtomicLong(1_700_000_000_000L);
    KvTierSetup setup =
        new KvTierSetup("tier", RedisTierSetup.open(redis.uri(), clock::get), 1 << 26);
    try (TierCache next = new TierCache(setup, LAYOUT, "next")) {
      next.serve("fixture", sequence(100, 1));
      next.forget();
      assertThat(fixtureFields()).as("with a time").isEqualTo(before + 1);
      clock.addAndGet(RedisTierSetup.TIME_TO_LIVE.toMillis());
      next.serve("fixture", sequence(110, 1));
      next.forget();
      assertThat(fixtureFields()).isEqualTo(before + 1);
      clock.addAndGet(1);
      next.serve("fixture", sequence(120, 1));
      next.forget();
      assertThat(fixtureFields()).isZero();
      assertThat(next.serve("fixture", sequence(120, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void erasure_removesChunksOfAnOlderServer() throws IOException {
    load(1);
    try (TierCache world = new TierCache(RedisTierSetup.open(redis.uri()), LAYOUT)) {
      assertThat(world.cache.erase("fixture")).isEqualTo(1);
      assertThat(fixtureFields()).isZero();
    }
  }

  /** Runs a script as an older server does. */
  private Object older(String user, RedisScript script, byte[]... values) {
    EntryName entry = TierKeys.entry(RedisTierSetup.KEYS, new KvKey(user, TierCache.MODEL));
    byte[][] keys = {TierKeys.user(entry.user()), TierKeys.gone(entry.user())};
    Object[] answer = {null};
    RedisTierSetup.with(
        redis.place(),
        connections -> answer[0] = connections.run(script, TIMEOUT, keys, values).get(0));
    return answer[0];
  }

  @Test
  void erasure_byAnOlderServer_removesTheRowsOfAllModelsAndHolds() {
    RedisScript erase =
        RedisScript.of(
            "redis.call('SET', KEYS[2], '1', 'PX', ARGV[1]) return {redis.call('DEL', KEYS[1])}");
    KvTierSetup setup = new KvTierSetup("tier", RedisTierSetup.open(redis.uri()), 1 << 26);
    try (TierCache world = new TierCache(RedisTierSetup.open(redis.uri()), LAYOUT);
        TierCache next = new TierCache(setup, LAYOUT, "next")) {
      world.serve("user", sequence(100, 1));
      next.serve("user", sequence(100, 1));
      world.forget();
      next.forget();
      assertThat(older("user", erase, RedisValues.bytes(60_000))).isEqualTo(1L);
      int[] left = {0};
      RedisTierSetup.forEach(redis.place(), (key, field) -> left[0]++);
      assertThat(left[0]).isZero();
      assertThat(next.serve("user", sequence(100, 1))).isEqualTo(KvReason.ABSENT);
      next.forget();
      RedisTierSetup.forEach(redis.place(), (key, field) -> left[0]++);
      assertThat(left[0]).as("a late write").isZero();
    }
  }

  /**
   * An older server writes a chunk of a user whom this server wrote before. The opposite order is
   * tested, too.
   */
  @Test
  void writes_ofAnOlderServer_areReadAndAppendedTo() {
    RedisScript write = RedisScript.of(RedisTierFormatTest.class, "write-1.lua");
    EntryName entry = TierKeys.entry(RedisTierSetup.KEYS, new KvKey("user", TierCache.MODEL));
    try (TierCache world = new TierCache(RedisTierSetup.open(redis.uri()), LAYOUT)) {
      world.serve("user", sequence(100, 1));
      world.forget();
      byte[][] held = new byte[2][];
      byte[] index = TierKeys.index(entry.model());
      byte[] last = TierKeys.chunk(entry.model(), 1);
      RedisTierSetup.with(
          redis.place(),
          connections -> {
            byte[] key = TierKeys.user(entry.user());
            held[0] = connections.await(connections.commands().hget(key, index));
            held[1] = connections.await(connections.commands().hget(key, last));
          });
      byte[] hour = RedisValues.bytes(3_600_000);
      assertThat(older("user", write, index, held[0], held[0], hour, last, held[1])).isEqualTo(1L);
      assertThat(world.serve("user", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
      world.forget();
      assertThat(world.reused("user", sequence(130, 1))).isEqualTo(100);
      world.forget();
      assertThat(older("user", write, index, held[0], held[0], hour, last, held[1]))
          .as("an older server sees that another one wrote")
          .isEqualTo(2L);
      assertThat(world.serve("user", sequence(130, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  /** During an upgrade a newer server may write another format. */
  @Test
  void chunks_ofAnUnknownFormat_areAbsentAndReplaced() throws IOException {
    load(2);
    try (TierCache world = new TierCache(RedisTierSetup.open(redis.uri()), LAYOUT)) {
      assertThat(world.serve("fixture", sequence(100, 1))).isEqualTo(KvReason.ABSENT);
      assertThat(world.stats().counted(KvTierLookup.ABSENT)).isEqualTo(1);
      assertThat(world.stats().space().failures()).isZero();
      world.forget();
      assertThat(world.serve("fixture", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
    }
  }
}
