package io.unipin.benchmarks.model;

import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.model.engine.Implementation;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A model with random weights, and passes whose time benchmarks measure. Not thread-safe. */
public final class BenchModel implements AutoCloseable {
  private static final RequestContext CONTEXT = new RequestContext(0, 3);
  private static final int QUERIES = 3;
  private static final long NOW = 1_700_000_000_000L;

  private final ServingModel model;
  private final UserKvCache cache;
  private final SplittableRandom random = new SplittableRandom(1);
  private int users;

  private BenchModel(ServingModel model) {
    this.model = model;
    long bytes = 1L << 28;
    cache = new UserKvCache(new KvCacheLimits(bytes, Duration.ofHours(1), bytes));
  }

  /** Returns the model's shape in the published figures: d = 256, four layers, four heads. */
  public static ModelConfig shape(int maxHistory) {
    return shape(maxHistory, 4);
  }

  public static ModelConfig shape(int maxHistory, int layers) {
    return new ModelConfig(
        10_000,
        0,
        128,
        256,
        layers,
        4,
        4,
        1024,
        maxHistory,
        List.of("click", "save", "hide"),
        List.of("click", "save"),
        List.of("home"));
  }

  /** Returns the options of the published figures: float32, by the native engine if it can. */
  public static EngineOptions options() {
    return EngineOptions.cpu().withImplementation(Implementation.AUTO);
  }

  static BenchModel open(ModelConfig config) throws IOException {
    return open(config, options().withComparison());
  }

  static BenchModel open(ModelConfig config, EngineOptions options) throws IOException {
    try (ScratchFolder folder = ScratchFolder.create("bench")) {
      ModelWriter.writeRandom(folder.path(), config, 1);
      return new BenchModel(ServingModel.load(folder.path(), options));
    }
  }

  /** Returns the name of the implementation that computes the model. */
  String engine() {
    return model.engine();
  }

  /** A user with a history of n actions, k candidates, and a block for the history's KV. */
  final class User implements AutoCloseable {
    private final TokenSequence tokens;
    private final int[] candidates;
    private final float[] state;
    private final KvLease lease;

    private User(int n, int k, int number) {
      int items = model.config().items();
      List<UserAction> actions = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        actions.add(
            UserAction.of(random.nextInt(items), 1 + random.nextInt(3), 0, NOW + i * 60_000L));
      }
      tokens = TokenSequence.of(actions);
      candidates = random.ints(k, 0, items).toArray();
      state = new float[model.config().width()];
      for (int i = 0; i < state.length; i++) {
        state[i] = (float) Math.sin(i);
      }
      KvKey key = new KvKey("user" + number, model.fingerprint());
      lease =
          cache.acquire(
              key, model.config().kvLayout(KvType.FLOAT32), tokens.hashes(), Duration.ZERO);
      encode();
    }

    /** Encodes the whole history. */
    void encode() {
      model.extend(tokens, 0, lease.kv());
    }

    /**
     * Encodes the last {@code count} tokens again, from the keys and values of the earlier tokens.
     */
    void append(int count) {
      int from = 1 + tokens.size() - count;
      model.extend(tokens, from, lease.kv());
    }

    /** Scores the candidates from the keys and values of the history. */
    float[] score() {
      return model.score(lease.kv(), 1 + tokens.size(), candidates, CONTEXT);
    }

    /** Computes a page's queries from the state of a random row. */
    float[] queries() {
      return model.queries(state, CONTEXT, new float[QUERIES][model.config().actions().size()]);
    }

    /** Scores the candidates in one dense pass over history and candidates. */
    float[] scoreDense() {
      return model.scoreDense(tokens, candidates, CONTEXT);
    }

    @Override
    public void close() {
      lease.close();
    }
  }

  User user(int n, int k) {
    return new User(n, k, users++);
  }

  @Override
  public void close() {
    cache.close();
    model.close();
  }
}
