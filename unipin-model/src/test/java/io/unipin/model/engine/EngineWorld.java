package io.unipin.model.engine;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A small random model for the native engine, and random calls. */
final class EngineWorld {
  static final int ITEMS = 50;
  static final int HISTORY = 60;
  static final int ACTIONS = 3;

  private static final int ITEM_DIM = 12;
  private static final int PATH = 5;
  private static final int LAYERS = 2;

  final ModelConfig config;
  private final Random random;

  EngineWorld(int headDim, int heads, int kvHeads, boolean gated, long seed) {
    this(headDim, heads, kvHeads, gated, seed, AttentionWindow.NONE);
  }

  EngineWorld(
      int headDim, int heads, int kvHeads, boolean gated, long seed, AttentionWindow window) {
    this.random = new Random(seed);
    this.config =
        new ModelConfig(
            ITEMS,
            0,
            ITEM_DIM,
            headDim * heads,
            LAYERS,
            heads,
            kvHeads,
            75,
            gated,
            HISTORY,
            List.of("click", "save", "hide"),
            List.of("click"),
            List.of("home", "related"),
            AttributeConfig.NONE,
            PATH,
            window);
  }

  /** Returns an engine with layers in float32. */
  NativeEngine engine(String instructionSet) {
    return engine(MatrixType.FLOAT32, instructionSet);
  }

  NativeEngine engine(MatrixType type, String instructionSet) {
    return engine(type, instructionSet, new float[] {4, 1.5f, 4, 3, 4, 1.5f, 4, 3});
  }

  /**
   * Returns an engine for a model.
   *
   * @param ranges (L, 4) the largest inputs of the layers' matrices
   */
  NativeEngine engine(MatrixType type, String instructionSet, float[] ranges) {
    Weights weights =
        Weights.random(config, 5).with(Program.ACTIVATION_RANGE, FloatTensor.of(ranges, LAYERS, 4));
    NativeEngine.Tables tables =
        new NativeEngine.Tables(
            ITEMS + 1, table((ITEMS + 1) * ITEM_DIM), table((ITEMS + 1) * PATH));
    return new NativeEngine(type, instructionSet, config, weights, rotation(), tables);
  }

  private ByteBuffer table(int numbers) {
    Random values = new Random(numbers);
    ByteBuffer table = ByteBuffer.allocateDirect(numbers * Float.BYTES);
    table.order(ByteOrder.nativeOrder());
    for (int i = 0; i < numbers; i++) {
      table.putFloat((float) values.nextGaussian() * 0.3f);
    }
    return table.flip();
  }

  private float[] rotation() {
    int half = config.headDim() / 2;
    int places = config.kvLayout(KvType.FLOAT32).capacityFor(HISTORY + 1) + 1;
    float[] both = new float[2 * places * half];
    for (int i = 0; i < places * half; i++) {
      int place = i / half;
      double angle = place * Math.exp(-0.3 * (i % half));
      both[i] = (float) Math.cos(angle);
      both[places * half + i] = (float) Math.sin(angle);
    }
    return both;
  }

  /** Returns a block whose unwritten rows are NaN. */
  HostRows block(KvType type) {
    int capacity = config.kvLayout(type).capacityFor(HISTORY + 1);
    int bytes = (int) config.kvLayout(type).blockBytes(capacity);
    byte[] nan = new byte[bytes];
    Arrays.fill(nan, (byte) 0xFF);
    ByteBuffer memory =
        ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).put(nan).clear();
    return new HostRows(memory, config.kvLayout(type), capacity);
  }

  NativeEngine.Actions actions(int count) {
    float[] multiHot = new float[count * ACTIONS];
    for (int i = 0; i < multiHot.length; i++) {
      multiHot[i] = random.nextInt(2);
    }
    return new NativeEngine.Actions(
        random.longs(count, 0, ITEMS + 1).toArray(),
        multiHot,
        random.longs(count, 0, 2).toArray(),
        random.longs(count, 0, GapBuckets.COUNT).toArray());
  }

  NativeEngine.Candidates candidates(int count) {
    return candidates(count, 2);
  }

  /** Returns random candidates, all at one position of the page. */
  NativeEngine.Candidates candidates(int count, int position) {
    return new NativeEngine.Candidates(
        random.longs(count, 0, ITEMS + 1).toArray(), 1, 5, new long[] {position});
  }

  /** Returns actions [from, to). */
  static NativeEngine.Actions part(NativeEngine.Actions all, int from, int to) {
    return new NativeEngine.Actions(
        Arrays.copyOfRange(all.items(), from, to),
        Arrays.copyOfRange(all.actions(), from * ACTIONS, to * ACTIONS),
        Arrays.copyOfRange(all.surfaces(), from, to),
        Arrays.copyOfRange(all.gaps(), from, to));
  }
}
