package io.unipin.benchmarks.kvcache;

import io.unipin.benchmarks.measure.Rounds;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.benchmarks.model.BenchModel;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * Measures the passes prefill, append and score for each type of keys and values. The model has the
 * shape of the published figures. Not thread-safe.
 */
final class KvModelCosts implements AutoCloseable {
  static final int HISTORY = 512;
  private static final int NEW_ACTIONS = 8;
  private static final int CANDIDATES = 200;
  private static final int SESSION_ACTIONS = 2;
  private static final int[] LENGTHS = {2, 8, 32, 128, 512};
  private static final RequestContext CONTEXT = new RequestContext(0, 3);

  private final ServingModel model;
  private final UserKvCache cache;
  private final List<UserAction> actions;
  private final int[] candidates;
  private final int rounds;
  private final LongSupplier nanos;

  KvModelCosts(int rounds, LongSupplier nanos) throws IOException {
    this.rounds = rounds;
    this.nanos = nanos;
    ModelConfig config = BenchModel.shape(HISTORY);
    try (ScratchFolder folder = ScratchFolder.create("bench-kv")) {
      ModelWriter.writeRandom(folder.path(), config, 1);
      model = ServingModel.load(folder.path(), BenchModel.options());
    }
    cache = new UserKvCache(new KvCacheLimits(1 << 28, Duration.ofHours(1), 1 << 28));
    SplittableRandom random = new SplittableRandom(1);
    actions = history(random, config);
    candidates = random.ints(CANDIDATES, 0, config.items()).toArray();
  }

  /** Returns the name of the engine that computes the passes. */
  String engine() {
    return model.engine();
  }

  /** Returns a random history of {@link #HISTORY} actions. */
  static List<UserAction> history(SplittableRandom random, ModelConfig config) {
    List<UserAction> actions = new ArrayList<>();
    for (int i = 0; i < HISTORY; i++) {
      long time = 1_700_000_000_000L + i * 60_000L;
      actions.add(UserAction.of(random.nextInt(config.items()), 1 + random.nextInt(3), 0, time));
    }
    return actions;
  }

  /** A lease for one type of keys and values, and the passes that are measured on this lease. */
  private final class Side implements AutoCloseable {
    private final KvType type;
    private final TokenSequence all;
    private final KvLease lease;

    Side(KvType type, int history) {
      this.type = type;
      all = TokenSequence.of(actions.subList(0, history));
      lease = cache.aside(model.config().kvLayout(type), all.hashes());
      extend(0);
    }

    void extend(int from) {
      model.extend(all, from, lease.kv());
    }

    void score() {
      model.score(lease.kv(), lease.rows(), candidates, CONTEXT);
    }

    @Override
    public void close() {
      lease.close();
    }
  }

  /**
   * Returns, for each type, the milliseconds of prefill and score, the ratio of append to prefill,
   * and the bytes of a user.
   */
  Map<String, Object> byType() {
    Map<String, Object> types = new LinkedHashMap<>();
    Map<String, Runnable> timed = new LinkedHashMap<>();
    List<Side> sides = new ArrayList<>();
    for (KvType type : KvType.values()) {
      Side side = new Side(type, HISTORY);
      sides.add(side);
      timed.put("prefill" + type, () -> side.extend(0));
      timed.put("append" + type, () -> side.extend(1 + HISTORY - NEW_ACTIONS));
      timed.put("score" + type, side::score);
    }
    Rounds times = Rounds.run(rounds, timed, nanos);
    for (Side side : sides) {
      KvType type = side.type;
      Map<String, Object> row = new LinkedHashMap<>();
      KvRows kv = side.lease.kv();
      row.put("bytes_per_user", kv.layout().blockBytes(kv.capacity()));
      row.put("prefill_ms", milliseconds(times.seconds("prefill" + type)));
      row.put("append_ms", milliseconds(times.seconds("append" + type)));
      row.put("score_ms", milliseconds(times.seconds("score" + type)));
      row.put("append_vs_prefill", times.ratio("append" + type, "prefill" + type).toJson());
      types.put(type.name().toLowerCase(Locale.ROOT), row);
    }
    sides.forEach(Side::close);
    return types;
  }

  /**
   * Returns the time to append eight actions to 504 actions, divided by the time to encode all 512
   * actions, in float32.
   */
  Spread appendVsPrefill() {
    try (Side side = new Side(KvType.FLOAT32, HISTORY)) {
      Map<String, Runnable> timed = new LinkedHashMap<>();
      timed.put("prefill", () -> side.extend(0));
      timed.put("append", () -> side.extend(1 + HISTORY - NEW_ACTIONS));
      return Rounds.run(rounds, timed, nanos).ratio("append", "prefill");
    }
  }

  static Map<String, Double> milliseconds(Spread seconds) {
    return new Spread(1e3 * seconds.median(), 1e3 * seconds.lower(), 1e3 * seconds.upper())
        .toJson();
  }

  /**
   * Returns, for each length of the history, the share of a page's model time that the cache saves.
   * With the cache, a page appends two actions. Without the cache, a page encodes the whole
   * history.
   */
  List<Map<String, Object>> byLength() {
    List<Map<String, Object>> lengths = new ArrayList<>();
    for (int length : LENGTHS) {
      try (Side side = new Side(KvType.FLOAT32, length)) {
        Map<String, Runnable> timed = new LinkedHashMap<>();
        timed.put("prefill", () -> side.extend(0));
        timed.put("append", () -> side.extend(Math.max(0, 1 + length - SESSION_ACTIONS)));
        timed.put("score", side::score);
        Rounds times = Rounds.run(rounds, timed, nanos);
        double prefill = times.seconds("prefill").median();
        double append = times.seconds("append").median();
        double score = times.seconds("score").median();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("history", length);
        row.put("prefill_ms", 1e3 * prefill);
        row.put("append_ms", 1e3 * append);
        row.put("saved_share_of_page", (prefill - append) / (prefill + score));
        lengths.add(row);
      }
    }
    return lengths;
  }

  /**
   * Returns the number of bytes of a user's block with this type, divided by the number with
   * float32.
   */
  double bytesRatio(KvType type) {
    KvLayout layout = model.config().kvLayout(type);
    int capacity = layout.capacityFor(layout.maxRows());
    return (double) layout.blockBytes(capacity)
        / model.config().kvLayout(KvType.FLOAT32).blockBytes(capacity);
  }

  @Override
  public void close() {
    cache.close();
    model.close();
  }
}
