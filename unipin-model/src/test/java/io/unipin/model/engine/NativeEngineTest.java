package io.unipin.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests of the native engine alone. {@code NativeEqualsProgramTest} compares it with the program.
 */
@Timeout(120)
class NativeEngineTest {
  private final EngineWorld world = new EngineWorld(32, 4, 2, true, 3);
  private final EngineWorld windowed =
      new EngineWorld(32, 4, 2, true, 3, new AttentionWindow(14, 3, 1));

  static List<Arguments> kernels() {
    List<Arguments> kernels = new ArrayList<>();
    for (MatrixType type : MatrixType.values()) {
      for (String set : NativeEngine.instructionSets(type)) {
        kernels.add(arguments(type, set));
      }
    }
    return kernels;
  }

  @Test
  void instructionSets_areThoseOfTheProcessor() throws Exception {
    Set<String> flags =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("flags"))
            .findFirst()
            .map(line -> Set.copyOf(Arrays.asList(line.split("\\s+"))))
            .orElse(Set.of());
    List<String> expected = new ArrayList<>();
    if (flags.containsAll(List.of("avx512f", "avx512bw", "avx512dq", "avx512vl"))) {
      expected.add("avx512");
    }
    if (flags.containsAll(List.of("avx2", "fma", "f16c"))) {
      expected.add("avx2");
    }
    expected.add(NativeEngine.PORTABLE);
    assertThat(NativeEngine.instructionSets(MatrixType.FLOAT32)).isEqualTo(expected);
    List<String> bytes = new ArrayList<>();
    if (expected.contains("avx512") && flags.contains("avx512_vnni")) {
      if (flags.contains("avx512_bf16")) {
        bytes.add("avx512_vnni_bf16");
      }
      bytes.add("avx512_vnni");
    }
    bytes.add(NativeEngine.PORTABLE);
    assertThat(NativeEngine.instructionSets(MatrixType.INT8)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void extend_anySplitAndAnyCut_givesTheSameBits(MatrixType matrices, String set) {
    compareSplits(world, matrices, set);
    compareSplits(windowed, matrices, set);
  }

  private static void compareSplits(EngineWorld world, MatrixType matrices, String set) {
    NativeEngine.Actions history = world.actions(EngineWorld.HISTORY);
    NativeEngine.Candidates slate = world.candidates(37);
    try (NativeEngine engine = world.engine(matrices, set)) {
      for (KvType type : KvType.values()) {
        HostRows whole = world.block(type);
        float[] state = engine.extend(history, 0, whole);
        float[] scores = engine.score(slate, EngineWorld.HISTORY + 1, whole);
        for (int step : new int[] {1, 2, 7, 8, 50}) {
          HostRows split = world.block(type);
          assertThat(inSteps(engine, history, split, step)).containsExactly(state);
          assertThat(split.memory()).isEqualTo(whole.memory());
          for (int at = 0; at < slate.items().length; at += step) {
            int end = Math.min(at + step, slate.items().length);
            long[] items = Arrays.copyOfRange(slate.items(), at, end);
            float[] some =
                engine.score(
                    new NativeEngine.Candidates(items, 1, 5, slate.positions()),
                    EngineWorld.HISTORY + 1,
                    whole);
            int c = EngineWorld.ACTIONS;
            assertThat(some).containsExactly(Arrays.copyOfRange(scores, at * c, end * c));
          }
        }
      }
    }
  }

  /**
   * The dense pass needs no block. Its scores have the same bits as scores from a block of float32.
   */
  @ParameterizedTest
  @MethodSource("kernels")
  void scoreDense_anyCut_givesTheBitsOfScore(MatrixType matrices, String set) {
    compareCuts(world, matrices, set);
    compareCuts(windowed, matrices, set);
  }

  private static void compareCuts(EngineWorld world, MatrixType matrices, String set) {
    NativeEngine.Candidates slate = world.candidates(37, 0);
    try (NativeEngine engine = world.engine(matrices, set)) {
      for (int length : new int[] {0, 1, 33, EngineWorld.HISTORY}) {
        NativeEngine.Actions history = world.actions(length);
        HostRows block = world.block(KvType.FLOAT32);
        engine.extend(history, 0, block);
        float[] scores = engine.score(slate, 1 + length, block);
        for (int step : new int[] {1, 8, 37}) {
          for (int at = 0; at < slate.items().length; at += step) {
            int end = Math.min(at + step, slate.items().length);
            long[] items = Arrays.copyOfRange(slate.items(), at, end);
            int c = EngineWorld.ACTIONS;
            assertThat(engine.scoreDense(history, items, slate.surface(), slate.gap()))
                .containsExactly(Arrays.copyOfRange(scores, at * c, end * c));
          }
        }
      }
    }
  }

  private static float[] inSteps(
      NativeEngine engine, NativeEngine.Actions history, HostRows block, int step) {
    float[] state = engine.extend(EngineWorld.part(history, 0, 0), 0, block);
    for (int at = 0; at < EngineWorld.HISTORY; at += step) {
      int end = Math.min(at + step, EngineWorld.HISTORY);
      state = engine.extend(EngineWorld.part(history, at, end), 1 + at, block);
    }
    return state;
  }

  @ParameterizedTest
  @EnumSource(MatrixType.class)
  void calls_inFourThreads_giveTheSameBits(MatrixType type) throws Exception {
    NativeEngine.Actions history = world.actions(40);
    NativeEngine.Candidates slate = world.candidates(90);
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try (NativeEngine engine = world.engine(type, NativeEngine.instructionSets(type).get(0))) {
      HostRows block = world.block(KvType.FLOAT32);
      engine.extend(history, 0, block);
      float[] alone = engine.score(slate, 41, block);
      List<Future<float[]>> together = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        together.add(
            callers.submit(
                () -> {
                  HostRows own = world.block(KvType.FLOAT32);
                  engine.extend(history, 0, own);
                  return engine.score(slate, 41, own);
                }));
      }
      for (Future<float[]> result : together) {
        assertThat(result.get()).containsExactly(alone);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  /**
   * Calls the class directly. In serving, {@code CallArguments} checks the same bounds before such
   * a call.
   */
  @Test
  void calls_outOfBounds_areRefused() {
    NativeEngine.Actions one = world.actions(1);
    HostRows block = world.block(KvType.FLOAT32);
    try (NativeEngine engine = world.engine(NativeEngine.PORTABLE)) {
      engine.extend(one, 0, block);
      long[] zero = {0};
      refused(() -> engine.extend(one, block.capacity(), block), "new rows within the block");
      refused(() -> engine.extend(one, -1, block), "a size of at least 0");
      refused(() -> engine.extend(EngineWorld.part(one, 0, 0), 1, block), "new rows");
      for (long bad : new long[] {-1, EngineWorld.ITEMS + 1, Long.MAX_VALUE}) {
        long[] items = {bad};
        NativeEngine.Actions wrong =
            new NativeEngine.Actions(items, one.actions(), one.surfaces(), one.gaps());
        refused(() -> engine.extend(wrong, 1, block), "an index within its table");
        NativeEngine.Candidates candidate = new NativeEngine.Candidates(items, 0, 0, zero);
        refused(() -> engine.score(candidate, 2, block), "an index within its table");
        refused(() -> engine.scoreDense(wrong, zero, 0, 0), "an index within its table");
        refused(() -> engine.scoreDense(one, items, 0, 0), "an index within its table");
      }
      NativeEngine.Actions longer =
          new NativeEngine.Actions(one.items(), new float[7], one.surfaces(), one.gaps());
      refused(() -> engine.extend(longer, 1, block), "features of as many actions");
      refused(() -> engine.scoreDense(longer, zero, 0, 0), "features of as many actions");
      NativeEngine.Actions beyond = world.actions(block.capacity() + 1);
      refused(() -> engine.scoreDense(beyond, zero, 0, 0), "a history within the model's window");
      refused(() -> engine.scoreDense(one, zero, 2, 0), "an index within its table");
      refused(() -> engine.scoreDense(one, zero, 0, -1), "an index within its table");
      NativeEngine.Candidates place = new NativeEngine.Candidates(zero, 0, 0, new long[] {0, 1, 2});
      refused(() -> engine.score(place, 2, block), "one position");
      NativeEngine.Candidates surface = new NativeEngine.Candidates(zero, 2, 0, zero);
      refused(() -> engine.score(surface, 2, block), "an index within its table");
      NativeEngine.Candidates right = new NativeEngine.Candidates(zero, 0, 0, zero);
      refused(() -> engine.score(right, 0, block), "rows within the block");
      refused(() -> engine.score(right, block.capacity() + 1, block), "rows within the block");
      refused(() -> engine.queries(new float[3], new float[3], 0, 0, zero), "as wide");
      float[] state = new float[world.config.width()];
      refused(() -> engine.queries(state, new float[2], 0, 0, zero), "weights of all actions");
      refused(() -> engine.queries(state, new float[3], 0, 0, new long[] {9}), "an index");
    }
  }

  @Test
  void extend_memoryOfAnotherSize_isRefused() {
    HostRows block = world.block(KvType.FLOAT32);
    try (NativeEngine engine = world.engine(NativeEngine.PORTABLE)) {
      HostRows shorter =
          new HostRows(block.memory().slice(0, 64), block.layout(), block.capacity());
      refused(() -> engine.extend(world.actions(1), 0, shorter), "a direct block of");
      ByteBuffer heap = ByteBuffer.allocate(block.memory().capacity());
      HostRows onHeap = new HostRows(heap, block.layout(), block.capacity());
      refused(() -> engine.extend(world.actions(1), 0, onHeap), "a direct block of");
    }
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void close_twice_refusesLaterCalls(KvType type) {
    NativeEngine engine = world.engine(NativeEngine.PORTABLE);
    engine.close();
    engine.close();
    assertThatThrownBy(() -> engine.extend(world.actions(1), 0, world.block(type)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("an open model expected");
  }

  @Test
  void unsupported_headsOfEight_namesTheWidth() {
    ModelConfig narrow = new EngineWorld(8, 2, 1, false, 1).config;
    for (MatrixType type : MatrixType.values()) {
      assertThat(NativeEngine.unsupported(narrow, type).orElseThrow())
          .isEqualTo("heads of 16, 32, 64 or 128 numbers expected, got 8");
    }
  }

  @Test
  void unsupported_int8_namesTheInstructionThatTheProcessorLacks() {
    Optional<String> reason = NativeEngine.unsupported(world.config, MatrixType.INT8);
    if (NativeEngine.instructionSets(MatrixType.INT8).size() > 1) {
      assertThat(reason).isEmpty();
    } else {
      assertThat(reason).contains("a processor with AVX512_VNNI expected for precision INT8");
    }
  }

  @Test
  void create_int8WithoutRanges_isRefused() {
    refused(
        () -> world.engine(MatrixType.INT8, NativeEngine.PORTABLE, new float[8]),
        "a positive range of activations expected, got 0");
  }

  @Test
  void create_unknownInstructionSet_isRefused() {
    for (MatrixType type : MatrixType.values()) {
      refused(() -> world.engine(type, "amx"), "expected");
    }
  }
}
