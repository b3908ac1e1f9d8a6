package io.unipin.model;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.device.DeviceCheck;
import io.unipin.model.device.DeviceException;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.UserAction;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Builds small models with random weights, and random histories for them. */
public final class TestModels {
  static final int ITEMS = 60;
  static final int CONTENT = 3;
  static final int BUCKETS = 23;
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

  /** Returns {@link #config} with gated feed-forward parts. */
  static ModelConfig gated(int heads, int kvHeads, int maxHistory) {
    ModelConfig plain = config(heads, kvHeads, maxHistory);
    return new ModelConfig(
        plain.items(),
        plain.contentDim(),
        plain.itemDim(),
        plain.width(),
        plain.layers(),
        plain.heads(),
        plain.kvHeads(),
        plain.feedForward(),
        true,
        plain.maxHistory(),
        plain.actions(),
        plain.positives(),
        plain.surfaces(),
        plain.attributes(),
        plain.contentPath(),
        plain.window());
  }

  /** Returns a configuration to which attributes and a content path are added. */
  static ModelConfig described(ModelConfig config) {
    return config
        .withAttributes(new AttributeConfig(BUCKETS, List.of("attributes")))
        .withContentPath(5);
  }

  /**
   * Returns random weights. Before training, the rows of attributes and the last matrix of the
   * content path are zeros. Here they are random, as after training.
   */
  static Weights learned(ModelConfig config, long seed) {
    Weights weights = Weights.random(config, seed);
    Random random = new Random(~seed);
    Map<String, FloatTensor> learned = new LinkedHashMap<>();
    for (String name : List.of(Program.ITEM_ATTRIBUTE, "path_out")) {
      float[] values = weights.get(name).toArray();
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian() * 0.3f;
      }
      learned.put(name, FloatTensor.of(values, weights.get(name).shape()));
    }
    return weights.with(learned);
  }

  /** Returns random attributes for all items. The out-of-vocabulary item has none. */
  static AttributeBags attributes(ModelConfig config, long seed) {
    if (!config.attributes().reads()) {
      return AttributeBags.none(ITEMS + 1);
    }
    Random random = new Random(seed);
    return AttributeBags.of(
        ITEMS + 1,
        item ->
            item == ITEMS
                ? new int[0]
                : random.ints(random.nextInt(5), 0, BUCKETS).sorted().toArray());
  }

  static float[] content(long seed) {
    float[] content = new float[(ITEMS + 1) * CONTENT];
    Random random = new Random(seed);
    for (int i = 0; i < ITEMS * CONTENT; i++) {
      content[i] = (float) random.nextGaussian();
    }
    return content;
  }

  /**
   * Returns the device for tests that can run on a card: {@code -Dunipin.device}, or the processor.
   * Skips the test if the engine can't compute on the device.
   */
  static EngineDevice device() {
    EngineDevice device = EngineDevice.parse(System.getProperty("unipin.device", "cpu"));
    if (!device.isCpu()) {
      try {
        DeviceCheck.require(device);
      } catch (DeviceException e) {
        assumeThat(false).as("-Dunipin.device=%s: %s", device, e.getMessage()).isTrue();
      }
    }
    return device;
  }

  /** Returns options for float32 on {@link #device}. */
  static EngineOptions options() {
    return EngineOptions.on(device(), Precision.FLOAT32);
  }

  static void write(Path folder, ModelConfig config, long seed) {
    try (TrainingModel model = TrainingModel.of(config, learned(config, seed))) {
      model.write(folder, content(seed), attributes(config, seed), new BitSet());
    }
  }

  static ServingModel serving(Path folder, ModelConfig config, long seed) {
    return serving(folder, config, seed, EngineOptions.cpu());
  }

  static ServingModel serving(Path folder, ModelConfig config, long seed, EngineOptions options) {
    write(folder, config, seed);
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
   * Returns a block for one user. Unwritten rows are NaN. So a result becomes NaN if the model
   * reads an unwritten row.
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
