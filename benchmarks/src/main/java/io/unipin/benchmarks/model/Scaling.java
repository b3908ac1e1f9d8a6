package io.unipin.benchmarks.model;

import io.unipin.ann.AnnSearch;
import io.unipin.ann.FaissBuild;
import io.unipin.ann.FaissIndex;
import io.unipin.benchmarks.measure.Flops;
import io.unipin.benchmarks.measure.Rounds;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ModelConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * Measures the time of each request stage while one size grows. The other sizes stay at n = 512, k
 * = 200 and four layers.
 */
final class Scaling {
  static final int HISTORY = 512;
  static final int CANDIDATES = 200;
  private static final int APPENDED = 8;
  private static final int WINDOW_ROWS = 128;
  private static final int WINDOW_GLOBAL_ROWS = 4;
  private static final String ENCODE = "encode";
  private static final String APPEND = "append";
  private static final String SCORE = "score";
  private static final String WINDOWED = "encode with windows";
  private static final String SHORT = "encode a short history";
  private static final String ACQUIRE = "acquire";
  private static final String SEARCH = "search";
  private static final int DIMENSION = 64;
  private static final int QUERIES = 64;
  private static final int ACQUIRES = 100_000;

  private final LongSupplier nanos;
  private final int rounds;
  private String engine = "";

  Scaling(LongSupplier nanos, int rounds) {
    this.nanos = nanos;
    this.rounds = rounds;
  }

  /** Measures the times to encode n actions, to append 8 actions, and to score 200 candidates. */
  Map<String, Object> history(int n) throws IOException {
    return passes("n", n, BenchModel.shape(n), n, CANDIDATES);
  }

  Map<String, Object> candidates(int k) throws IOException {
    return passes("k", k, BenchModel.shape(HISTORY), HISTORY, k);
  }

  Map<String, Object> layers(int layers) throws IOException {
    ModelConfig shape = BenchModel.shape(HISTORY, layers);
    return passes("layers", layers, shape, HISTORY, CANDIDATES);
  }

  private Map<String, Object> passes(String axis, int value, ModelConfig shape, int n, int k)
      throws IOException {
    try (BenchModel model = BenchModel.open(shape);
        BenchModel.User user = model.user(n, k)) {
      Map<String, Runnable> sides = new LinkedHashMap<>();
      sides.put(ENCODE, user::encode);
      sides.put(APPEND, () -> user.append(APPENDED));
      sides.put(SCORE, user::score);
      Rounds times = Rounds.run(rounds, sides, nanos);
      Flops flops = new Flops(shape);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put(axis, value);
      json.put("encode_ms", milliseconds(times, ENCODE));
      json.put("append_8_ms", milliseconds(times, APPEND));
      json.put("score_ms", milliseconds(times, SCORE));
      json.put("encode_gflop", flops.encode(n) / 1e9);
      json.put("score_gflop", flops.score(n, k) / 1e9);
      engine = model.engine();
      return json;
    }
  }

  /**
   * Measures the time to encode {@code n} actions with windows of attention in all layers but the
   * last, and without them, beside the time to encode 512 actions without windows.
   */
  Map<String, Object> window(int n) throws IOException {
    return window(n, BenchModel.shape(n), BenchModel.shape(HISTORY));
  }

  /** Does the same with the shapes of both models given; {@code shape} has no windows. */
  Map<String, Object> window(int n, ModelConfig shape, ModelConfig shorter) throws IOException {
    AttentionWindow window =
        new AttentionWindow(WINDOW_ROWS, WINDOW_GLOBAL_ROWS, shape.layers() - 1);
    int few = shorter.maxHistory();
    try (BenchModel windowed = BenchModel.open(shape.withWindow(window));
        BenchModel plain = BenchModel.open(shape);
        BenchModel small = BenchModel.open(shorter);
        BenchModel.User longUser = windowed.user(n, 1);
        BenchModel.User plainUser = plain.user(n, 1);
        BenchModel.User shortUser = small.user(few, 1)) {
      Map<String, Runnable> sides = new LinkedHashMap<>();
      sides.put(WINDOWED, longUser::encode);
      sides.put(ENCODE, plainUser::encode);
      sides.put(SHORT, shortUser::encode);
      Rounds times = Rounds.run(rounds, sides, nanos);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("n", n);
      json.put("window", window.rows());
      json.put("global_rows", window.globalRows());
      json.put("window_layers", window.layers());
      json.put("window_encode_ms", milliseconds(times, WINDOWED));
      json.put("encode_ms", milliseconds(times, ENCODE));
      json.put("encode_" + few + "_ms", milliseconds(times, SHORT));
      json.put("encode_ratio", times.ratio(ENCODE, SHORT).median());
      Spread ratio = times.ratio(WINDOWED, SHORT);
      json.put("window_encode_ratio", ratio.median());
      json.put("quartile1", ratio.lower());
      json.put("quartile3", ratio.upper());
      engine = windowed.engine();
      return json;
    }
  }

  /** Returns what computed the model of the latest measurement of passes. */
  String engine() {
    return engine;
  }

  private static double milliseconds(Rounds times, String side) {
    return 1e3 * times.seconds(side).median();
  }

  /**
   * Measures the time to acquire and release a user's lease when {@code users} users are cached.
   * Each block holds one token.
   */
  Map<String, Object> cachedUsers(int users) {
    KvLayout layout = new KvLayout(1, 1, 8, 16, KvType.FLOAT32);
    TokenHashes hashes = TokenHashes.builder(1).add(7, 7).build();
    long bytes = 4L * users * layout.blockBytes(layout.capacityFor(1));
    List<KvKey> keys = new ArrayList<>();
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(bytes, Duration.ofDays(1), bytes))) {
      for (int user = 0; user < users; user++) {
        KvKey key = new KvKey("user" + user, "model");
        keys.add(key);
        try (KvLease lease = cache.acquire(key, layout, hashes, Duration.ZERO)) {
          lease.commit(new float[1]);
        }
      }
      SplittableRandom random = new SplittableRandom(1);
      Runnable side =
          () -> {
            for (int i = 0; i < ACQUIRES; i++) {
              KvKey key = keys.get(random.nextInt(users));
              cache.acquire(key, layout, hashes, Duration.ZERO).close();
            }
          };
      side.run();
      Rounds times = Rounds.run(rounds, Map.of(ACQUIRE, side), nanos);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("users", users);
      json.put("acquire_hit_ns", 1e9 * times.seconds(ACQUIRE).median() / ACQUIRES);
      return json;
    }
  }

  /** Measures the time of a search by one query for the best 200 of {@code items} items. */
  Map<String, Object> catalogue(int items, String factory) {
    SplittableRandom random = new SplittableRandom(1);
    float[] vectors = new float[items * DIMENSION];
    long[] ids = new long[items];
    for (int i = 0; i < items; i++) {
      ids[i] = i;
      unit(random, vectors, i * DIMENSION);
    }
    float[] query = new float[DIMENSION];
    try (FaissIndex index =
        FaissIndex.build(factory, vectors, DIMENSION, ids, FaissBuild.DEFAULT)) {
      Runnable side =
          () -> {
            for (int i = 0; i < QUERIES; i++) {
              unit(random, query, 0);
              index.search(query, 1, AnnSearch.top(CANDIDATES));
            }
          };
      Rounds times = Rounds.run(rounds, Map.of(SEARCH, side), nanos);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("items", items);
      json.put("index", factory);
      json.put("search_ms", milliseconds(times, SEARCH) / QUERIES);
      return json;
    }
  }

  private static void unit(SplittableRandom random, float[] into, int offset) {
    double squares = 0;
    for (int i = 0; i < DIMENSION; i++) {
      float value = (float) (random.nextDouble() + random.nextDouble() - 1);
      into[offset + i] = value;
      squares += value * value;
    }
    for (int i = 0; i < DIMENSION; i++) {
      into[offset + i] /= (float) Math.sqrt(squares);
    }
  }
}
