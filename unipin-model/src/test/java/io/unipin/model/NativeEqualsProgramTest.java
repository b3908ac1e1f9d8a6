package io.unipin.model;

import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.engine.MatrixType;
import io.unipin.model.engine.NativeEngine;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the native engine computes the same results as the program, with random shapes of
 * models and every instruction set of this processor. Compares states, every row of keys and
 * values, probabilities (also those of the dense pass) and queries.
 */
@Timeout(300)
class NativeEqualsProgramTest {
  private static final float TOLERANCE = 1e-4f;

  /** Bound on the differences between results if some numbers are rounded to different steps. */
  private static final float INT8_TOLERANCE = 0.1f;

  private static final int LIVE = 4;

  @TempDir Path folder;

  /** A model that both implementations have loaded. */
  private final class Both implements AutoCloseable {
    final ModelConfig config;
    final TorchModule module;
    final CallArguments arguments;
    final ModelCalls program;
    final List<NativeCalls> natives;

    Both(ModelConfig config, long seed) {
      this(config, seed, Precision.FLOAT32);
    }

    Both(ModelConfig config, long seed, Precision precision) {
      this.config = config;
      Path model = folder.resolve("model-" + precision + seed);
      TestModels.write(model, config, seed);
      if (precision == Precision.INT8) {
        TokenSequence history = TokenSequence.of(TestModels.actions(new Random(seed), 70));
        ModelWriter.observe(model, List.of(history), TestModels.CONTEXT);
      }
      ModelFiles files = ModelFiles.read(model, LIVE);
      EngineOptions options = EngineOptions.cpu().withLiveItems(LIVE);
      this.module = TorchModule.load(Program.Use.COMPARISON, config, files.learned(), options);
      module.prepare(Arithmetic.of(precision, EngineDevice.CPU), AttentionKernel.EACH);
      ItemTable items = new ItemTable(files, module, LIVE, false);
      Random random = new Random(seed);
      for (int slot = 0; slot < LIVE; slot++) {
        float[] row = new float[items.rowLength()];
        for (int i = 0; i < row.length; i++) {
          row[i] = (float) random.nextGaussian() / 3;
        }
        items.write(slot, row);
      }
      this.arguments = new CallArguments(config, LIVE);
      this.program = new WorkerCalls(config, module, items);
      MatrixType type = precision == Precision.INT8 ? MatrixType.INT8 : MatrixType.FLOAT32;
      this.natives =
          NativeEngine.instructionSets(type).stream()
              .map(set -> new NativeCalls(files, module, items, type, set))
              .toList();
    }

    HostRows block(KvType type) {
      int capacity = config.kvLayout(type).capacityFor(config.maxHistory() + 1);
      return TestModels.block(config, type, capacity);
    }

    @Override
    public void close() {
      natives.forEach(NativeCalls::close);
      module.close();
    }
  }

  private static ModelConfig shape(
      int headDim, int heads, int kvHeads, boolean gated, int layers, int maxHistory) {
    return new ModelConfig(
        TestModels.ITEMS,
        TestModels.CONTENT,
        12,
        headDim * heads,
        layers,
        heads,
        kvHeads,
        75,
        gated,
        maxHistory,
        List.of("click", "save", "hide"),
        List.of("click", "save"),
        List.of("home", "related"),
        AttributeConfig.NONE,
        0,
        AttentionWindow.NONE);
  }

  private static ModelConfig random(Random random) {
    int headDim = 16 << random.nextInt(4);
    int kvHeads = 1 + random.nextInt(2);
    int heads = kvHeads * (1 + random.nextInt(headDim > 32 ? 1 : 3));
    ModelConfig plain =
        shape(headDim, heads, kvHeads, random.nextBoolean(), 1 + random.nextInt(4), 72);
    ModelConfig config = random.nextBoolean() ? plain : TestModels.described(plain);
    return config.layers() == 1 || random.nextBoolean() ? config : windowed(config, random);
  }

  private static ModelConfig windowed(ModelConfig config, Random random) {
    int half = 1 + random.nextInt(12);
    int layers = 1 + random.nextInt(config.layers() - 1);
    return config.withWindow(new AttentionWindow(2 * half, random.nextInt(half + 1), layers));
  }

  @Test
  void calls_randomModels_equalThoseOfTheProgram() {
    for (int seed = 0; seed < 10; seed++) {
      Random random = new Random(seed);
      try (Both both = new Both(random(random), seed)) {
        for (int round = 0; round < 6; round++) {
          int n = round < 2 ? round : random.nextInt(71);
          compare(both, random, n, 1 + random.nextInt(40), "seed " + seed + ", " + n + " actions");
        }
      }
    }
  }

  @Test
  void calls_longHistoriesAndSlates_equalThoseOfTheProgram() {
    try (Both both = new Both(shape(32, 4, 2, false, 2, 512), 100)) {
      compare(both, new Random(1), 512, 1000, "512 actions");
    }
    try (Both both = new Both(shape(64, 2, 1, true, 2, 2000), 101)) {
      compare(both, new Random(2), 2000, 64, "2000 actions");
    }
    AttentionWindow window = new AttentionWindow(128, 4, 1);
    try (Both both = new Both(shape(64, 2, 1, true, 2, 2000).withWindow(window), 102)) {
      compare(both, new Random(3), 2000, 64, "2000 actions, with windows");
    }
  }

  /**
   * Encodes one history in up to three calls, scores a slate and asks for queries, with both
   * implementations.
   */
  private static void compare(Both both, Random random, int n, int candidates, String what) {
    ModelConfig config = both.config;
    TokenSequence tokens = TokenSequence.of(TestModels.actions(random, n));
    int first = random.nextInt(n + 1);
    ModelCalls.Tokens head = both.arguments.tokens(head(tokens, first), 0);
    ModelCalls.Tokens tail = both.arguments.tokens(tokens, first);
    int rows = TestModels.ITEMS + 1 + LIVE;
    int surface = random.nextInt(2);
    int gap = random.nextInt(GapBuckets.COUNT);
    long[] slate = random.longs(candidates, 0, rows).toArray();
    long[] positions = random.longs(candidates, 0, PagePositions.COUNT).toArray();
    float[] outcomes = new float[3 * config.actions().size()];
    for (int i = 0; i < outcomes.length; i++) {
      outcomes[i] = random.nextFloat();
    }
    long[] offsets = random.longs(3, 0, TargetOffsets.COUNT).toArray();
    HostRows expected = both.block(KvType.FLOAT32);
    float[] state = extend(both.program, head, tail, expected);
    ModelCalls.Query query = new ModelCalls.Query(state, outcomes, surface, gap, offsets);
    float[] queries = both.program.queries(query);
    float[] scores =
        both.program.score(new ModelCalls.Score(slate, surface, gap, positions, expected, 1 + n));
    for (NativeCalls calls : both.natives) {
      String where = what + ", " + calls.engine() + ", " + config;
      HostRows block = both.block(KvType.FLOAT32);
      near(where + ": state", extend(calls, head, tail, block), state);
      near(where + ": rows", rows(block, 1 + n), rows(expected, 1 + n));
      assertThat(unwritten(block, 1 + n)).as(where + ": unwritten rows").isTrue();
      near(where + ": queries", calls.queries(query), queries);
      ModelCalls.Score score = new ModelCalls.Score(slate, surface, gap, positions, block, 1 + n);
      near(where + ": scores", calls.score(score), scores);
      // Each implementation can score a block that the other wrote.
      ModelCalls.Score other =
          new ModelCalls.Score(slate, surface, gap, positions, expected, 1 + n);
      near(where + ": scores of the program's block", calls.score(other), scores);
    }
    compareDense(both, new ModelCalls.Dense(both.arguments.tokens(tokens, 0), slate, surface, gap));
  }

  private static void compareDense(Both both, ModelCalls.Dense call) {
    float[] scores = both.program.scoreDense(call);
    for (NativeCalls calls : both.natives) {
      near(calls.engine() + ": dense scores, " + both.config, calls.scoreDense(call), scores);
    }
  }

  private static TokenSequence head(TokenSequence tokens, int count) {
    return new TokenSequence(
        Arrays.copyOf(tokens.items(), count),
        Arrays.copyOf(tokens.actions(), count),
        Arrays.copyOf(tokens.surfaces(), count),
        Arrays.copyOf(tokens.gaps(), count));
  }

  private static float[] extend(
      ModelCalls calls, ModelCalls.Tokens head, ModelCalls.Tokens tail, HostRows block) {
    float[] state = calls.extend(new ModelCalls.Extend(head, 0, block));
    return tail.size() == 0
        ? state
        : calls.extend(new ModelCalls.Extend(tail, 1 + head.size(), block));
  }

  private static void near(String what, float[] got, float[] expected) {
    assertThat(largestDifference(got, expected)).as(what).isLessThan(TOLERANCE);
  }

  /** Returns the first {@code count} rows of every plane of a float32 block. */
  private static float[] rows(HostRows block, int count) {
    int head = block.layout().headDim();
    int planes = block.memory().capacity() / (block.capacity() * head * Float.BYTES);
    float[] rows = new float[planes * count * head];
    for (int plane = 0; plane < planes; plane++) {
      block
          .memory()
          .asFloatBuffer()
          .get(plane * block.capacity() * head, rows, plane * count * head, count * head);
    }
    return rows;
  }

  private static boolean unwritten(HostRows block, int count) {
    int head = block.layout().headDim();
    for (int i = 0; i < block.memory().capacity() / Float.BYTES; i++) {
      boolean isNaN = Float.isNaN(block.memory().getFloat(i * Float.BYTES));
      if (isNaN != (i / head % block.capacity() >= count)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Rounded keys and values equal those of the program, except where the implementations round a
   * number near the middle of two steps to different steps. Therefore few bytes differ, and states
   * and scores differ little.
   */
  @Test
  void calls_roundedKeysAndValues_areNearThoseOfTheProgram() {
    try (Both both = new Both(shape(32, 4, 2, false, 3, 152), 7)) {
      compareRounded(both, KvType.FLOAT16, 2e-3f, 0.02);
      compareRounded(both, KvType.INT8, 2e-2f, 0.02);
    }
  }

  /** In layers after the first, many keys and values may be rounded to a neighbouring step. */
  @Test
  void calls_roundedKeysAndValuesOfInt8_areNearThoseOfTheProgram() {
    try (Both both = new Both(shape(32, 4, 2, true, 3, 152), 7, Precision.INT8)) {
      compareRounded(both, KvType.FLOAT16, INT8_TOLERANCE, 0.5);
      compareRounded(both, KvType.INT8, INT8_TOLERANCE, 0.5);
    }
    ModelConfig local = shape(32, 4, 2, true, 3, 152).withWindow(new AttentionWindow(24, 3, 2));
    try (Both both = new Both(local, 8, Precision.INT8)) {
      compareRounded(both, KvType.INT8, INT8_TOLERANCE, 0.5);
    }
  }

  /**
   * Compares histories and slates.
   *
   * @param bound bound on the difference of states and scores
   * @param bytes largest share of a block's bytes that may differ
   */
  private static void compareRounded(Both both, KvType type, float bound, double bytes) {
    Random random = new Random(17);
    for (int round = 0; round < 5; round++) {
      int n = 30 + random.nextInt(120);
      TokenSequence tokens = TokenSequence.of(TestModels.actions(random, n));
      ModelCalls.Tokens all = both.arguments.tokens(tokens, 0);
      long[] slate = random.longs(20, 0, TestModels.ITEMS).toArray();
      HostRows expected = both.block(type);
      float[] state = both.program.extend(new ModelCalls.Extend(all, 0, expected));
      float[] scores =
          both.program.score(new ModelCalls.Score(slate, 1, 3, new long[] {0}, expected, 1 + n));
      for (NativeCalls calls : both.natives) {
        HostRows block = both.block(type);
        float[] got = calls.extend(new ModelCalls.Extend(all, 0, block));
        assertThat(largestDifference(got, state)).as(calls.engine()).isLessThan(bound);
        float[] scored =
            calls.score(new ModelCalls.Score(slate, 1, 3, new long[] {0}, block, 1 + n));
        assertThat(largestDifference(scored, scores)).as(calls.engine()).isLessThan(bound);
        assertThat(differing(block.memory(), expected.memory()))
            .as("%s, %s", calls.engine(), type)
            .isLessThan(bytes);
      }
    }
  }

  /** What one implementation computes for a user. */
  private record Results(float[] state, float[] rows, float[] scores, float[] dense) {

    /** Encodes a history in two calls, the first with {@code first} actions, and scores a slate. */
    static Results of(Both both, ModelCalls calls, TokenSequence tokens, int first, long[] slate) {
      HostRows block = both.block(KvType.FLOAT32);
      ModelCalls.Tokens head = both.arguments.tokens(head(tokens, first), 0);
      float[] state = extend(calls, head, both.arguments.tokens(tokens, first), block);
      int rows = 1 + tokens.size();
      float[] scores = calls.score(new ModelCalls.Score(slate, 1, 3, new long[] {2}, block, rows));
      ModelCalls.Tokens all = both.arguments.tokens(tokens, 0);
      float[] dense = calls.scoreDense(new ModelCalls.Dense(all, slate, 1, 3));
      return new Results(state, NativeEqualsProgramTest.rows(block, rows), scores, dense);
    }
  }

  /** Counts numbers, and how many of them differ from the expected numbers. */
  private static final class Count {
    private int all;
    private int differing;

    void add(float[] got, float[] expected) {
      assertThat(largestDifference(got, expected)).isLessThan(INT8_TOLERANCE);
      for (int i = 0; i < got.length; i++) {
        all++;
        differing += Math.abs(got[i] - expected[i]) <= TOLERANCE ? 0 : 1;
      }
    }

    double share() {
      return (double) differing / all;
    }
  }

  /**
   * Both implementations round the same numbers in the same way. But they may round a number near
   * the middle of two steps to different steps. Then everything that is computed from this number
   * differs. In models of one layer this is rare. There, keys and values do not depend on
   * attention, so they are always compared. States and scores are compared only where both
   * implementations attend in float32.
   */
  @Test
  void calls_int8_roundAsTheProgramDoes() throws IOException {
    Count rows = new Count();
    Count results = new Count();
    for (int seed = 0; seed < 8; seed++) {
      Random random = new Random(seed);
      ModelConfig config = shape(16 << seed % 4, 2, 1 + seed % 2, seed < 4, 1, 72);
      try (Both both = new Both(config, seed, Precision.INT8)) {
        for (int round = 0; round < 6; round++) {
          TokenSequence tokens = TokenSequence.of(TestModels.actions(random, random.nextInt(71)));
          int first = random.nextInt(tokens.size() + 1);
          long[] slate = random.longs(30, 0, TestModels.ITEMS).toArray();
          Results expected = Results.of(both, both.program, tokens, first, slate);
          for (NativeCalls calls : both.natives) {
            Results got = Results.of(both, calls, tokens, first, slate);
            rows.add(got.rows(), expected.rows());
            if (attendsInFloat32(calls)) {
              results.add(got.state(), expected.state());
              results.add(got.scores(), expected.scores());
              results.add(got.dense(), expected.dense());
            }
          }
        }
      }
    }
    assertThat(rows.share()).as("keys and values that differ").isLessThan(0.002);
    if (programAttendsInFloat32()) {
      assertThat(results.share()).as("states and scores that differ").isLessThan(0.02);
    }
  }

  private static boolean attendsInFloat32(NativeCalls calls) {
    return !calls.engine().endsWith("_bf16");
  }

  /** With layers in int8, the program attends in bfloat16 if the processor computes in float16. */
  private static boolean programAttendsInFloat32() throws IOException {
    return !Files.readString(Path.of("/proc/cpuinfo")).contains("_fp16");
  }

  /**
   * In deeper models, the int8 results of the implementations are nearer to each other than to
   * float32. Attention in bfloat16 adds about as much error as int8 does.
   */
  @Test
  void calls_int8_areNearerToTheProgramThanToFloat32() throws IOException {
    ModelConfig config = shape(32, 4, 2, false, 3, 152);
    try (Both exact = new Both(config, 7);
        Both both = new Both(config, 7, Precision.INT8)) {
      Random random = new Random(17);
      double rounding = 0;
      Map<NativeCalls, Double> apart = new LinkedHashMap<>();
      for (int round = 0; round < 8; round++) {
        TokenSequence tokens =
            TokenSequence.of(TestModels.actions(random, 30 + random.nextInt(120)));
        long[] slate = random.longs(40, 0, TestModels.ITEMS).toArray();
        int first = random.nextInt(tokens.size());
        float[] wide = Results.of(exact, exact.program, tokens, first, slate).scores();
        float[] expected = Results.of(both, both.program, tokens, first, slate).scores();
        rounding += meanDifference(expected, wide);
        for (NativeCalls calls : both.natives) {
          float[] got = Results.of(both, calls, tokens, first, slate).scores();
          assertThat(largestDifference(got, expected)).isLessThan(INT8_TOLERANCE);
          apart.merge(calls, meanDifference(got, expected), Double::sum);
        }
      }
      assertThat(rounding / 8).as("int8 and float32").isBetween(1e-5, 0.01);
      for (Map.Entry<NativeCalls, Double> engine : apart.entrySet()) {
        boolean equal = attendsInFloat32(engine.getKey()) && programAttendsInFloat32();
        assertThat(engine.getValue() / rounding)
            .as(engine.getKey().engine())
            .isLessThan(equal ? 0.5 : 2);
      }
    }
  }

  private static double meanDifference(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[i]);
    }
    return sum / a.length;
  }

  private static double differing(ByteBuffer a, ByteBuffer b) {
    int count = 0;
    for (int i = 0; i < a.capacity(); i++) {
      count += a.get(i) == b.get(i) ? 0 : 1;
    }
    return (double) count / a.capacity();
  }
}
