package io.unipin.serving.redis.tier;

import static io.unipin.serving.redis.tier.TierRows.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.kvcache.KvType;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that chunks in format 1 are read. Another program wrote the file of this test. */
@NeedsRedis
@Timeout(60)
final class RedisTierFormatTest {
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
   * Writes the user of the file.
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
