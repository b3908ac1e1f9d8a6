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
import io.unipin.model.engine.Implementation;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.serving.redis.tier.RedisTier;
import io.unipin.serving.security.MacKeys;
import io.unipin.settings.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
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
 * the time in which each implementation of the model encodes the rows. The model has the shape of
 * the published figures. The files are in the page cache, and Redis is on this machine. Not
 * thread-safe.
 */
final class KvTierCosts {
  private static final byte[] SECRET = {1};
  private static final String PROGRAM = "prefill by the program";
  private static final String ENGINE = "prefill by the native engine";

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
   * The figures that were measured for one tier.
   *
   * @param figures all figures
   * @param byProgram median of reloading int8 rows ÷ encoding float32 rows by the program
   * @param byEngine median of reloading int8 rows ÷ encoding float32 rows by the native engine
   */
  record Costs(Map<String, Object> figures, double byProgram, double byEngine) {}

  /** The same model, computed by the program and by the native engine. */
  private record Encoders(ServingModel program, ServingModel engine) {}

  /**
   * Returns, for each tier and type, the milliseconds of a reload and its ratios to a float32
   * encoding by the program and by the native engine.
   */
  Map<String, Costs> measure() throws IOException, InterruptedException {
    try (ScratchFolder folder = ScratchFolder.create("bench-tier")) {
      ModelConfig config = BenchModel.shape(KvModelCosts.HISTORY);
      Path written = folder.path().resolve("model");
      ModelWriter.writeRandom(written, config, 1);
      try (ServingModel program = model(written, Implementation.PROGRAM);
          ServingModel engine = model(written, Implementation.NATIVE)) {
        Encoders models = new Encoders(program, engine);
        Map<String, Costs> tiers = new LinkedHashMap<>();
        tiers.put(
            "file", measure(models, FileTier.open(folder.path().resolve("tier"), 1 << 28, SECRET)));
        try (RedisServers redis = RedisServers.forRows(folder.path().resolve("redis"))) {
          tiers.put("redis", measure(models, redis(redis.uri())));
        }
        return tiers;
      }
    }
  }

  private static ServingModel model(Path folder, Implementation implementation) {
    return ServingModel.load(folder, EngineOptions.cpu().withImplementation(implementation));
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

  private Costs measure(Encoders models, KvTier tier) {
    KvCacheLimits limits = new KvCacheLimits(1 << 28, Duration.ofHours(1), 1 << 26, nanos::get);
    try (UserKvCache cache =
        new UserKvCache(limits, List.of(new KvTierSetup("tier", tier, 1 << 26)))) {
      return measure(models, cache);
    }
  }

  private Costs measure(Encoders models, UserKvCache cache) {
    ModelConfig config = models.program().config();
    TokenSequence tokens = TokenSequence.of(KvModelCosts.history(new SplittableRandom(1), config));
    Map<String, Runnable> timed = new LinkedHashMap<>();
    for (Map.Entry<KvType, KvKey> key : keys.entrySet()) {
      KvLayout layout = config.kvLayout(key.getKey());
      encode(models.program(), tokens, cache, key.getValue(), layout);
      timed.put("reload" + key.getKey(), () -> reload(tokens, cache, key.getValue(), layout));
    }
    cache.settleTier();
    KvLayout plain = config.kvLayout(KvType.FLOAT32);
    timed.put(PROGRAM, () -> prefill(models.program(), tokens, cache, plain));
    timed.put(ENGINE, () -> prefill(models.engine(), tokens, cache, plain));
    return costs(Rounds.run(rounds, timed, System::nanoTime), config);
  }

  private static Costs costs(Rounds times, ModelConfig config) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("prefill_ms_program", KvModelCosts.milliseconds(times.seconds(PROGRAM)));
    figures.put("prefill_ms_native", KvModelCosts.milliseconds(times.seconds(ENGINE)));
    for (KvType type : KvType.values()) {
      String reload = "reload" + type;
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("bytes", config.kvLayout(type).blockBytes(1 + KvModelCosts.HISTORY));
      row.put("reload_ms", KvModelCosts.milliseconds(times.seconds(reload)));
      row.put("reload_vs_prefill_program", times.ratio(reload, PROGRAM).toJson());
      row.put("reload_vs_prefill_native", times.ratio(reload, ENGINE).toJson());
      figures.put(type.name().toLowerCase(Locale.ROOT), row);
    }
    String rounded = "reload" + KvType.INT8;
    return new Costs(
        figures, times.ratio(rounded, PROGRAM).median(), times.ratio(rounded, ENGINE).median());
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
