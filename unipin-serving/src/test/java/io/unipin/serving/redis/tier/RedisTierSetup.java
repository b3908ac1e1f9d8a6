package io.unipin.serving.redis.tier;

import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvTierSetup;
import io.unipin.kvcache.tier.EntryName;
import io.unipin.serving.redis.RedisConnections;
import io.unipin.serving.redis.RedisPlace;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.serving.security.MacKeys;
import io.unipin.settings.ByteSize;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Opens tiers in Redis for tests. */
final class RedisTierSetup {
  static final Duration TIMEOUT = Duration.ofMillis(500);
  static final Duration TIME_TO_LIVE = Duration.ofHours(1);
  static final Duration HELD = Duration.ofMinutes(10);
  static final MacKeys KEYS = MacKeys.of(List.of(new byte[] {1, 2, 3}));

  private RedisTierSetup() {}

  static RedisTierConfig config(String uri, boolean cluster) {
    return new RedisTierConfig(
        uri,
        cluster,
        "",
        "",
        "",
        TIMEOUT,
        Duration.ofSeconds(1),
        TIME_TO_LIVE,
        new ByteSize(1 << 26));
  }

  static RedisTier open(String uri) {
    return RedisTier.open(config(uri, false), parts(KEYS, user -> false));
  }

  static RedisTier.Parts parts(MacKeys keys, Predicate<String> isErased) {
    return parts(keys, isErased, Optional.empty(), Duration.ofMinutes(1));
  }

  static RedisTier.Parts parts(
      MacKeys keys, Predicate<String> isErased, Optional<RedisPlace> histories, Duration interval) {
    return new RedisTier.Parts(
        () -> keys, histories, isErased, HELD, interval, System::currentTimeMillis);
  }

  /** Opens a tier that notes the times of a clock. */
  static RedisTier open(String uri, LongSupplier clock) {
    return RedisTier.open(
        config(uri, false),
        new RedisTier.Parts(
            () -> KEYS, Optional.empty(), user -> false, HELD, Duration.ofMinutes(1), clock));
  }

  /** Returns a tier with a server's settings: a user is written to the tier after two visits. */
  static KvTierSetup shared(RedisTier tier) {
    return new KvTierSetup(
        "redis", tier, 1 << 26, new KvTierSetup.Writing(2, true, Duration.ofSeconds(2)));
  }

  /** Passes each field of each user to a receiver. */
  static void forEach(RedisPlace place, BiConsumer<String, Map.Entry<byte[], byte[]>> receiver) {
    try (RedisConnections redis = RedisConnections.open("test", place)) {
      for (byte[] key : redis.await(redis.commands().keys("unipin:kv:{*}"))) {
        redis
            .await(redis.commands().hgetall(key))
            .entrySet()
            .forEach(field -> receiver.accept(new String(key, StandardCharsets.US_ASCII), field));
      }
    }
  }

  /** Returns the number of fields that a user has for a model. */
  static int fields(RedisPlace place, String user, String model) {
    EntryName entry = TierKeys.entry(KEYS, new KvKey(user, model));
    String hash = new String(TierKeys.user(entry.user()), StandardCharsets.US_ASCII);
    String prefix = new String(TierKeys.prefix(entry.model()), StandardCharsets.US_ASCII);
    int[] count = {0};
    forEach(
        place,
        (key, field) -> {
          String name = new String(field.getKey(), StandardCharsets.US_ASCII);
          count[0] += key.equals(hash) && name.startsWith(prefix) ? 1 : 0;
        });
    return count[0];
  }

  /** Runs commands over a connection of its own. */
  static void with(RedisPlace place, Consumer<RedisConnections> work) {
    try (RedisConnections redis = RedisConnections.open("test", place)) {
      work.accept(redis);
    }
  }

  static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
