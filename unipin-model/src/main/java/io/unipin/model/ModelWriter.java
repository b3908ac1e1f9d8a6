package io.unipin.model;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Changes models outside of training: writes random models, observes the ranges of activations and
 * sets calibrations.
 */
public final class ModelWriter {
  private static final int RANGES = 4;

  private ModelWriter() {}

  /**
   * Writes a model with random weights and without item content. {@link ServingModel#load} can read
   * the folder.
   */
  public static void writeRandom(Path directory, ModelConfig config, long seed) {
    try (TrainingModel model = TrainingModel.create(config, seed, EngineOptions.cpu())) {
      model.write(directory, new float[(config.items() + 1) * config.contentDim()]);
    }
    Random random = new Random(seed);
    int n = config.maxHistory();
    int[] items = random.ints(n, 0, config.items()).toArray();
    long[] actions = random.longs(n, 0, 1L << config.actions().size()).toArray();
    TokenSequence history = new TokenSequence(items, actions, new int[n], new int[n]);
    observe(directory, List.of(history), new RequestContext(0, GapBuckets.UNKNOWN));
  }

  /**
   * Records the largest inputs of a model's matrices, from which {@link Precision#INT8} derives its
   * rounding. To find them, encodes histories and scores the items of each history as candidates.
   */
  public static void observe(
      Path directory, List<TokenSequence> histories, RequestContext context) {
    ModelFiles files = ModelFiles.read(directory);
    ModelConfig config = files.config();
    float[] ranges;
    try (ServingModel model = ServingModel.observing(directory)) {
      for (TokenSequence history : histories) {
        run(model, history, context);
      }
      ranges = model.observed();
    }
    ModelFiles.write(
        directory,
        config,
        files
            .weights()
            .with(Program.ACTIVATION_RANGE, FloatTensor.of(ranges, config.layers(), RANGES)),
        files.items().toArray(),
        files.paths().toArray());
  }

  /** Returns the configuration of a model on disk. */
  public static ModelConfig config(Path directory) {
    return ModelFiles.read(directory).config();
  }

  private static void run(ServingModel model, TokenSequence history, RequestContext context) {
    KvLayout layout = model.config().kvLayout(KvType.FLOAT32);
    long bytes = layout.budgetBytes(layout.maxRows());
    KvKey key = new KvKey("observed", model.fingerprint());
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(bytes, Duration.ofDays(1), bytes));
        KvLease lease = cache.acquire(key, layout, history.hashes(), Duration.ZERO)) {
      model.extend(history, 0, lease.kv());
      int[] candidates = Arrays.stream(history.items()).distinct().toArray();
      model.score(lease.kv(), lease.rows(), candidates, context);
    }
  }

  /**
   * Sets the calibration of a model on disk. If the model is then loaded,
   * {@link ServingModel#score} returns {@code sigmoid(a[c] logit + b[c])} for action c.
   */
  public static void calibrate(Path directory, float[] a, float[] b) {
    ModelFiles files = ModelFiles.read(directory);
    int actions = files.config().actions().size();
    if (a.length != actions || b.length != actions) {
      throw new IllegalArgumentException(
          "%s scales and shifts expected, got %s and %s".formatted(actions, a.length, b.length));
    }
    float[] both = Arrays.copyOf(a, 2 * actions);
    System.arraycopy(b, 0, both, actions, actions);
    ModelFiles.write(
        directory,
        files.config(),
        files.weights().with("calibration", FloatTensor.of(both, 2, actions)),
        files.items().toArray(),
        files.paths().toArray());
  }
}
