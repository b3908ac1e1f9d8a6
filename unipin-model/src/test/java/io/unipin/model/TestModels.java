package io.unipin.model;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.UserAction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Builds small models with random weights, and random histories for them. */
public final class TestModels {
  static final int ITEMS = 60;
  static final int CONTENT = 3;
  static final RequestContext CONTEXT = new RequestContext(1, 5);

  private TestModels() {}

  public static ModelConfig config(int heads, int kvHeads, int maxHistory) {
    return new ModelConfig(
        ITEMS,
        CONTENT,
        12,
        8 * heads,
        3,
        heads,
        kvHeads,
        40,
        maxHistory,
        List.of("click", "save", "hide"),
        List.of("click", "save"),
        List.of("home", "related"));
  }

  /** Returns the configuration with gated feed-forward parts. */
  static ModelConfig gated(int heads, int kvHeads, int maxHistory) {
    return with(config(heads, kvHeads, maxHistory), ITEMS, true);
  }

  /** Returns the configuration with a catalogue of another size. */
  static ModelConfig withItems(ModelConfig config, int items) {
    return with(config, items, config.gated());
  }

  private static ModelConfig with(ModelConfig plain, int items, boolean gated) {
    return new ModelConfig(
        items,
        plain.contentDim(),
        plain.itemDim(),
        plain.width(),
        plain.layers(),
        plain.heads(),
        plain.kvHeads(),
        plain.feedForward(),
        gated,
        plain.maxHistory(),
        plain.actions(),
        plain.positives(),
        plain.surfaces());
  }

  static float[] content(long seed) {
    float[] content = new float[(ITEMS + 1) * CONTENT];
    Random random = new Random(seed);
    for (int i = 0; i < ITEMS * CONTENT; i++) {
      content[i] = (float) random.nextGaussian();
    }
    return content;
  }

  static ServingModel serving(Path folder, ModelConfig config, long seed) {
    return serving(folder, config, seed, EngineOptions.cpu());
  }

  static ServingModel serving(Path folder, ModelConfig config, long seed, EngineOptions options) {
    try (TrainingModel model = TrainingModel.create(config, seed, EngineOptions.cpu())) {
      model.write(folder, content(seed));
    }
    return ServingModel.load(folder, options);
  }

  static List<UserAction> actions(Random random, int count) {
    List<UserAction> actions = new ArrayList<>();
    long time = 1_700_000_000_000L;
    for (int i = 0; i < count; i++) {
      time += (long) Math.exp(random.nextDouble() * 20);
      actions.add(
          UserAction.of(random.nextInt(ITEMS + 1), random.nextInt(8), random.nextInt(2), time));
    }
    return actions;
  }

  /**
   * Returns a block for one user. Its unwritten rows are NaN, so a test notices when an unwritten
   * row is read.
   */
  static HostRows block(ModelConfig config, KvType type, int capacity) {
    ByteBuffer block =
        ByteBuffer.allocateDirect((int) config.kvLayout(type).blockBytes(capacity))
            .order(ByteOrder.nativeOrder());
    byte[] nan = new byte[block.capacity()];
    Arrays.fill(nan, (byte) 0xFF);
    block.put(nan);
    return new HostRows(block.clear(), config.kvLayout(type), capacity);
  }

  static int[] candidates(Random random, int count) {
    return random.ints(count, 0, ITEMS + 1).toArray();
  }

  static float largestDifference(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new AssertionError("lengths " + a.length + " and " + b.length);
    }
    float largest = 0;
    for (int i = 0; i < a.length; i++) {
      float difference = Math.abs(a[i] - b[i]);
      if (!(difference <= largest)) {
        largest = difference;
      }
    }
    return largest;
  }
}
