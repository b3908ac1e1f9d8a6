package io.unipin.benchmarks.kvcache;

import io.unipin.benchmarks.engines.RedisServers;
import io.unipin.benchmarks.measure.Rounds;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.model.BenchModel;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.KvTierSetup;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.kvcache.tier.FileTier;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.serving.redis.tier.RedisTier;
import io.unipin.serving.security.MacKeys;
import io.unipin.settings.ByteSize;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures the time to read a user's rows from the tiers below the cache. Compares this time with
 * the time to encode the rows, by a model with the shape of the published figures. The files are in
 * the page cache, and Redis is on this machine. Not thread-safe.
 */
final class KvTierCosts {
  private static final byte[] SECRET = {1};

  private final int rounds;
  private final AtomicLong nanos = new AtomicLong();
  private final Map<KvType, KvKey> keys = new EnumMap<>(KvType.class);

  KvTierCosts(int rounds) {
    this.rounds = rounds;
    for (KvType type : KvType.values()) {
      keys.put(type, new KvKey("user", type.name()));
    }
  }

  /**
   * Returns, for each tier and type, the milliseconds of a reload and its ratio to a float32
   * encoding.
   */
  Map<String, Object> measure() throws IOException, InterruptedException {
    try (ScratchFolder folder = ScratchFolder.create("bench-tier")) {
      ModelConfig config = BenchModel.shape(KvModelCosts.HISTORY);
      ModelWriter.writeRandom(folder.path().resolve("model"), config, 1);
      try (ServingModel model =
          ServingModel.load(folder.path().resolve("model"), EngineOptions.cpu())) {
        Map<String, Object> results =
            measure(model, FileTier.open(folder.path().resolve("tier"), 1 << 28, SECRET));
        try (RedisServers redis = RedisServers.forRows(folder.path().resolve("redis"))) {
          results.put("redis", measure(model, redis(redis.uri())));
        }
        return results;
      }
    }
  }

  private static RedisTier redis(String uri) {
    RedisTierConfig config =
        new RedisTierConfig(
            uri,
            false,
            "",
            "",
            "",
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            new ByteSize(1 << 26));
    MacKeys keys = MacKeys.of(List.of(SECRET));
    return RedisTier.open(
        config,
        new RedisTier.Parts(
            () -> keys,
            Optional.empty(),
            user -> false,
            Duration.ZERO,
            Duration.ofMinutes(1),
            System::currentTimeMillis));
  }

  private Map<String, Object> measure(ServingModel model, KvTier tier) {
    KvCacheLimits limits = new KvCacheLimits(1 << 28, Duration.ofHours(1), 1 << 26, nanos::get);
    try (UserKvCache cache =
        new UserKvCache(limits, List.of(new KvTierSetup("tier", tier, 1 << 26)))) {
      return measure(model, cache);
    }
  }

  private Map<String, Object> measure(ServingModel model, UserKvCache cache) {
    TokenSequence tokens =
        TokenSequence.of(KvModelCosts.history(new SplittableRandom(1), model.config()));
    Map<String, Runnable> timed = new LinkedHashMap<>();
    for (Map.Entry<KvType, KvKey> key : keys.entrySet()) {
      KvLayout layout = model.config().kvLayout(key.getKey());
      encode(model, tokens, cache, key.getValue(), layout);
      timed.put("reload" + key.getKey(), () -> reload(tokens, cache, key.getValue(), layout));
    }
    cache.settleTier();
    KvLayout plain = model.config().kvLayout(KvType.FLOAT32);
    timed.put("prefill", () -> prefill(model, tokens, cache, plain));
    Rounds times = Rounds.run(rounds, timed, System::nanoTime);
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("prefill_ms", KvModelCosts.milliseconds(times.seconds("prefill")));
    for (KvType type : KvType.values()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("bytes", model.config().kvLayout(type).blockBytes(1 + KvModelCosts.HISTORY));
      row.put("reload_ms", KvModelCosts.milliseconds(times.seconds("reload" + type)));
      row.put("reload_vs_prefill", times.ratio("reload" + type, "prefill").toJson());
      results.put(type.name().toLowerCase(Locale.ROOT), row);
    }
    return results;
  }

  private static void encode(
      ServingModel model, TokenSequence tokens, UserKvCache cache, KvKey key, KvLayout layout) {
    try (KvLease lease = cache.acquire(key, layout, tokens.hashes(), Duration.ZERO)) {
      lease.commit(model.extend(tokens, 0, lease.kv()));
    }
  }

  private static void prefill(
      ServingModel model, TokenSequence tokens, UserKvCache cache, KvLayout layout) {
    try (KvLease lease = cache.aside(layout, tokens.hashes())) {
      model.extend(tokens, 0, lease.kv());
    }
  }

  /** Lets the user's entry expire in the memory, and then reads the user's rows from the tier. */
  private void reload(TokenSequence tokens, UserKvCache cache, KvKey key, KvLayout layout) {
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    try (KvLease lease = cache.acquire(key, layout, tokens.hashes(), Duration.ZERO)) {
      if (lease.reason() != KvReason.RELOADED) {
        throw new IllegalStateException("a reload expected, got " + lease.reason());
      }
    }
  }
}
