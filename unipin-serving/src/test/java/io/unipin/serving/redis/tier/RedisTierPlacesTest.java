package io.unipin.serving.redis.tier;

import static io.unipin.serving.redis.tier.TierRows.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvReason;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisCluster;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.settings.ByteSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the tier in a cluster, and with only the ACL rights that the documentation names. */
@NeedsRedis
@Timeout(120)
final class RedisTierPlacesTest {
  private static final int USERS = 12;
  private static final String RIGHTS =
      "user default off\nuser kv on >word ~unipin:kv:* resetchannels -@all +hget +hmget +hset +hdel"
          + " +hkeys +exists +set +del +pexpire +eval +evalsha +scan +info +dbsize +bgrewriteaof"
          + " +client +hello\n";

  @TempDir Path folder;

  @Test
  void cluster_findsErasesAndSweepsUsersOfAllNodes() {
    Duration interval = Duration.ofMillis(500);
    try (RedisCluster cluster = RedisCluster.start(folder);
        TierCache world =
            new TierCache(
                RedisTier.open(
                    RedisTierSetup.config(cluster.place().uri(), true),
                    RedisTierSetup.parts(
                        RedisTierSetup.KEYS, user -> false, Optional.empty(), interval)))) {
      // The first command to a node may come before the connection to the node is open. The tier
      // then drops the user's rows.
      Eventually.holds(
          () -> {
            boolean all = true;
            for (int user = 0; user < USERS; user++) {
              KvReason reason = world.serve("user" + user, sequence(100, 1 + user));
              all &= reason == KvReason.RELOADED;
            }
            world.forget();
            return all;
          });
      assertThat(world.cache.erase("user0")).isEqualTo(1);
      assertThat(world.serve("user0", sequence(100, 1))).isEqualTo(KvReason.ABSENT);
      world.cache.eraseFingerprint(TierCache.MODEL);
      Eventually.holds(
          () -> {
            world.cache.settleTier();
            int[] left = {0};
            RedisTierSetup.forEach(cluster.place(), (key, field) -> left[0]++);
            return left[0] == 0;
          });
    }
  }

  @Test
  void aclUser_withTheDocumentedRights_suffices() throws Exception {
    Path acl = Files.writeString(folder.resolve("acl"), RIGHTS);
    Path password = Files.writeString(folder.resolve("password"), "word\n");
    try (RedisServer redis =
        RedisServer.start(
            folder.resolve("redis"), "--aclfile", acl.toString(), "--appendonly", "yes")) {
      RedisTierConfig config =
          new RedisTierConfig(
              redis.uri(),
              false,
              "kv",
              password.toString(),
              "",
              RedisTierSetup.TIMEOUT,
              Duration.ofSeconds(1),
              RedisTierSetup.TIME_TO_LIVE,
              new ByteSize(1 << 26));
      Duration interval = Duration.ofMillis(100);
      try (TierCache world =
          new TierCache(
              RedisTier.open(
                  config,
                  RedisTierSetup.parts(
                      RedisTierSetup.KEYS, user -> false, Optional.empty(), interval)))) {
        world.serve("user", sequence(100, 1));
        world.forget();
        assertThat(world.serve("user", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
        assertThat(world.cache.erase("user")).isEqualTo(1);
        world.cache.eraseFingerprint(TierCache.MODEL);
        world.cache.settleTier();
        Eventually.holds(() -> world.stats().space().usedBytes() > 0);
        assertThat(world.stats().on()).isTrue();
        Eventually.holds(() -> redis.log().contains("Background append only file rewriting"));
      }
    }
  }
}
