package io.unipin.model;

import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.HistoryWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that the cached path of serving equals the dense pass, which is its oracle. A subclass tests
 * a model with windows of attention.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServingEqualsDenseTest {
  private static final long SEED = 11;
  private static final float TOLERANCE = 1e-4f;
  private static final int MAX_HISTORY = 152;

  private ModelConfig config;
  private ServingModel model;
  private DensePass dense;

  /** Returns the windows of the model under test. */
  AttentionWindow window() {
    return AttentionWindow.NONE;
  }

  @BeforeAll
  void load(@TempDir Path folder) {
    config = TestModels.config(4, 2, MAX_HISTORY).withWindow(window());
    model = TestModels.serving(folder, config, SEED);
    dense = new DensePass(folder);
  }

  @AfterAll
  void close() {
    model.close();
    dense.close();
  }

  @Test
  void score_randomHistoriesAndSplits_equalsDensePass() {
    Random random = new Random(SEED);
    for (int round = 0; round < 60; round++) {
      int n = round < 3 ? round : random.nextInt(MAX_HISTORY + 1);
      TokenSequence tokens = TokenSequence.of(TestModels.actions(random, n));
      int[] candidates = TestModels.candidates(random, 1 + random.nextInt(20));
      RequestContext context =
          new RequestContext(random.nextInt(2), random.nextInt(GapBuckets.COUNT));
      HostRows block = TestModels.block(config, KvType.FLOAT32, capacity());
      float[] state = extendInSplits(tokens, block, random);
      float[] scores = model.score(block, 1 + n, candidates, context);

      DensePass.Result expected = dense.run(List.of(tokens), new int[][] {candidates}, context, -1);
      int d = config.width();
      float[] lastState = Arrays.copyOfRange(expected.states(), n * d, (n + 1) * d);
      assertThat(largestDifference(state, lastState))
          .as("state, round %d", round)
          .isLessThan(TOLERANCE);
      assertThat(largestDifference(scores, expected.candidates()))
          .as("scores, round %d", round)
          .isLessThan(TOLERANCE);
    }
  }

  @Test
  void extend_cutBackAndWindowMoved_equalsPrefill() {
    Random random = new Random(SEED + 1);
    List<UserAction> lifetime = TestModels.actions(random, 3 * MAX_HISTORY);
    HostRows block = TestModels.block(config, KvType.FLOAT32, capacity());
    TokenSequence before = TokenSequence.empty();
    model.extend(before, 0, block);
    for (int n = 1; n <= lifetime.size(); n++) {
      int start = (int) HistoryWindow.start(n, MAX_HISTORY);
      TokenSequence tokens = TokenSequence.of(lifetime.subList(start, n));
      int common = Math.min(before.hashes().commonPrefix(tokens.hashes()), tokens.size());
      float[] state = model.extend(tokens, common, block);
      HostRows fresh = TestModels.block(config, KvType.FLOAT32, capacity());
      float[] prefilled = model.extend(tokens, 0, fresh);
      assertThat(largestDifference(state, prefilled))
          .as("after %d actions", n)
          .isLessThan(TOLERANCE);
      before = tokens;
      if (n % 17 == 0) { // a correction replaces the newest actions
        lifetime.subList(n - 3, n).replaceAll(a -> UserAction.of(0, 1, 0, a.timeMs()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void score_ofOneCandidate_doesNotDependOnItsSlate(KvType type) {
    Random random = new Random(SEED + 2);
    TokenSequence tokens = TokenSequence.of(TestModels.actions(random, 25));
    HostRows block = TestModels.block(config, type, capacity());
    model.extend(tokens, 0, block);
    RequestContext context = new RequestContext(1, 5);
    int[] slate = TestModels.candidates(random, 33);
    float[] together = model.score(block, 26, slate, context);
    int c = config.actions().size();
    for (int i = 0; i < slate.length; i++) {
      float[] alone = model.score(block, 26, new int[] {slate[i]}, context);
      assertThat(largestDifference(alone, Arrays.copyOfRange(together, i * c, (i + 1) * c)))
          .isLessThan(1e-5f);
    }
  }

  @Test
  void dense_paddedBatch_equalsSingles() {
    Random random = new Random(SEED + 3);
    List<TokenSequence> histories =
        List.of(
            TokenSequence.of(TestModels.actions(random, 7)),
            TokenSequence.of(TestModels.actions(random, 31)),
            TokenSequence.of(TestModels.actions(random, 1)));
    int[][] candidates = {
      TestModels.candidates(random, 5),
      TestModels.candidates(random, 5),
      TestModels.candidates(random, 5)
    };
    RequestContext context = new RequestContext(0, 9);
    float[] batched = dense.run(histories, candidates, context, -1).candidates();
    int size = 5 * config.actions().size();
    for (int i = 0; i < histories.size(); i++) {
      float[] single =
          dense
              .run(List.of(histories.get(i)), new int[][] {candidates[i]}, context, -1)
              .candidates();
      assertThat(largestDifference(single, Arrays.copyOfRange(batched, i * size, (i + 1) * size)))
          .isLessThan(TOLERANCE);
    }
  }

  /**
   * Tests that the difference between a hit and a miss is small. In both cases keys and values are
   * rounded before attention, and only the order of sums differs. A number near the boundary
   * between two steps may round to either side, so the bounds allow a few such numbers. The bounds
   * are far below the error of rounding all numbers.
   */
  @ParameterizedTest
  @CsvSource({"FLOAT16, 2e-3, 2e-2", "INT8, 2e-2, 2e-1"})
  void extend_roundedType_hitAndMissComputeWithTheSameNumbers(KvType type, float few, float all) {
    Random random = new Random(SEED + 4);
    RequestContext context = new RequestContext(0, 3);
    float rounding = 0;
    for (int round = 0; round < 20; round++) {
      TokenSequence tokens =
          TokenSequence.of(TestModels.actions(random, 1 + random.nextInt(MAX_HISTORY)));
      int rows = 1 + tokens.size();
      int[] slate = TestModels.candidates(random, 9);
      HostRows split = TestModels.block(config, type, capacity());
      HostRows whole = TestModels.block(config, type, capacity());
      float[] appended = extendInSplits(tokens, split, random);
      float[] prefilled = model.extend(tokens, 0, whole);
      HostRows exact = TestModels.block(config, KvType.FLOAT32, capacity());
      float[] unrounded = model.extend(tokens, 0, exact);
      assertThat(largestDifference(appended, prefilled)).isLessThan(few);
      assertThat(largestDifference(prefilled, unrounded)).isLessThan(all);
      float[] miss = model.score(whole, rows, slate, context);
      float[] hit = model.score(whole, rows, slate, context);
      assertThat(hit).containsExactly(miss);
      float[] afterAppend = model.score(split, rows, slate, context);
      assertThat(largestDifference(afterAppend, miss)).isLessThan(few);
      float[] exactly = model.score(exact, rows, slate, context);
      rounding = Math.max(rounding, largestDifference(miss, exactly));
    }
    assertThat(rounding).isBetween(1e-6f, all); // the type rounds some numbers
  }

  @Test
  void extend_int8_storesMultiplesOfAStepPerRowAndHead() {
    Random random = new Random(SEED + 7);
    int rows = 30;
    TokenSequence tokens = TokenSequence.of(TestModels.actions(random, rows - 1));
    HostRows rounded = TestModels.block(config, KvType.INT8, capacity());
    HostRows exact = TestModels.block(config, KvType.FLOAT32, capacity());
    model.extend(tokens, 0, rounded);
    model.extend(tokens, 0, exact);
    KvLayout layout = config.kvLayout(KvType.INT8);
    int d = layout.headDim();
    int steps = (int) layout.elementBytes(capacity());
    // Keys and values of layer 0 do not depend on attention. So they differ from the exact numbers
    // only by their own rounding.
    for (int plane = 0; plane < 2 * layout.kvHeads(); plane++) {
      for (int row = 0; row < rows; row++) {
        int at = plane * capacity() + row;
        float step = half(rounded.memory().getShort(steps + 2 * at));
        int largest = 0;
        for (int i = 0; i < d; i++) {
          int multiple = rounded.memory().get(at * d + i);
          largest = Math.max(largest, Math.abs(multiple));
          assertThat(multiple * step)
              .isCloseTo(exact.memory().getFloat(4 * (at * d + i)), within(0.51f * step));
        }
        assertThat(largest).isEqualTo(127);
      }
    }
  }

  /** Returns a float16 number as a float. The number must be positive and normal. */
  private static float half(short bits) {
    return Float.intBitsToFloat(((bits & 0x7FFF) << 13) + ((127 - 15) << 23));
  }

  @Test
  void dense_laterActionChanged_changesNothingEarlier() {
    Random random = new Random(SEED + 5);
    List<UserAction> actions = TestModels.actions(random, 20);
    TokenSequence tokens = TokenSequence.of(actions);
    RequestContext context = new RequestContext(0, 2);
    int[][] candidates = {TestModels.candidates(random, 3)};
    DensePass.Result before = dense.run(List.of(tokens), candidates, context, -1);
    int d = config.width();
    for (int changed : new int[] {0, 7, 19}) {
      actions = TestModels.actions(new Random(SEED + 5), 20);
      UserAction old = actions.get(changed);
      actions.set(
          changed,
          UserAction.of((old.item() + 1) % 60, old.actions() ^ 7, 1 - old.surface(), old.timeMs()));
      DensePass.Result after =
          dense.run(List.of(TokenSequence.of(actions)), candidates, context, -1);
      int row = changed + 1;
      assertThat(Arrays.copyOf(after.states(), row * d))
          .containsExactly(Arrays.copyOf(before.states(), row * d));
      assertThat(Arrays.copyOfRange(after.states(), row * d, (row + 1) * d))
          .isNotEqualTo(Arrays.copyOfRange(before.states(), row * d, (row + 1) * d));
    }
  }

  @Test
  void dense_maskedAction_cannotBeReadAtItsOwnOrEarlierPositions() {
    Random random = new Random(SEED + 6);
    List<UserAction> actions = TestModels.actions(random, 12);
    RequestContext context = new RequestContext(0, 2);
    int[][] candidates = {TestModels.candidates(random, 3)};
    int masked = 6;
    float[] before =
        dense.run(List.of(TokenSequence.of(actions)), candidates, context, masked).states();
    UserAction old = actions.get(masked);
    actions.set(masked, UserAction.of(old.item(), old.actions() ^ 7, old.surface(), old.timeMs()));
    float[] after =
        dense.run(List.of(TokenSequence.of(actions)), candidates, context, masked).states();
    assertThat(after).containsExactly(before);
    float[] shown = dense.run(List.of(TokenSequence.of(actions)), candidates, context, -1).states();
    assertThat(shown).isNotEqualTo(before);
  }

  @Test
  void queries_anyOutcome_haveUnitLength() {
    HostRows block = TestModels.block(config, KvType.FLOAT32, capacity());
    float[] state = model.extend(TokenSequence.empty(), 0, block);
    float[] queries =
        model.queries(
            state, new RequestContext(0, 1), new float[][] {{0, 0, 0}, {1, 0, 0}, {.5f, .5f, 0}});
    int e = config.itemDim();
    assertThat(queries).hasSize(3 * e);
    for (int q = 0; q < 3; q++) {
      double norm = 0;
      for (int i = 0; i < e; i++) {
        norm += queries[q * e + i] * queries[q * e + i];
      }
      assertThat(norm).isBetween(1 - 1e-5, 1 + 1e-5);
    }
    assertThat(Arrays.copyOfRange(queries, 0, e))
        .isNotEqualTo(Arrays.copyOfRange(queries, e, 2 * e));
  }

  private int capacity() {
    return config.kvLayout(KvType.FLOAT32).capacityFor(MAX_HISTORY + 1);
  }

  /** Encodes a window in random pieces, as if the actions arrived over time. */
  private float[] extendInSplits(TokenSequence tokens, HostRows block, Random random) {
    float[] state = {};
    int rows = 0;
    while (rows < 1 + tokens.size()) {
      int to = rows + 1 + random.nextInt(tokens.size() + 1 - rows);
      TokenSequence part =
          new TokenSequence(
              Arrays.copyOf(tokens.items(), to - 1),
              Arrays.copyOf(tokens.actions(), to - 1),
              Arrays.copyOf(tokens.surfaces(), to - 1),
              Arrays.copyOf(tokens.gaps(), to - 1));
      state = model.extend(part, rows, block);
      rows = to;
    }
    return state;
  }
}
