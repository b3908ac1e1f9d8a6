package io.unipin.model;

import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
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
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a model with gated feed-forward parts: serving with cached keys and values must equal the
 * dense pass, for candidates at any position on the page.
 */
class GatedModelTest {
  private static final long SEED = 21;
  private static final int MAX_HISTORY = 80;
  private static final RequestContext CONTEXT = new RequestContext(1, 7);

  @TempDir static Path folder;

  private static ModelConfig config;
  private static ServingModel model;
  private static DensePass dense;

  @BeforeAll
  static void load() {
    config = TestModels.gated(4, 2, MAX_HISTORY);
    model = TestModels.serving(folder, config, SEED, EngineOptions.cpu().withComparison());
    dense = new DensePass(folder);
  }

  @AfterAll
  static void close() {
    model.close();
    dense.close();
  }

  private static int capacity() {
    return config.kvLayout(KvType.FLOAT32).capacityFor(MAX_HISTORY + 1);
  }

  @Test
  void score_prefillAndAppend_equalsDensePassAtAnyPosition() {
    Random random = new Random(SEED);
    for (int round = 0; round < 20; round++) {
      int n = 1 + random.nextInt(MAX_HISTORY);
      int first = random.nextInt(n);
      List<UserAction> actions = TestModels.actions(random, n);
      TokenSequence tokens = TokenSequence.of(actions);
      int[] candidates = TestModels.candidates(random, 9);
      int[] positions = random.ints(9, 0, PagePositions.COUNT).toArray();
      HostRows block = TestModels.block(config, KvType.FLOAT32, capacity());
      model.extend(TokenSequence.of(actions.subList(0, first)), 0, block);
      float[] state = model.extend(tokens, 1 + first, block);
      float[] scores = model.score(block, 1 + n, candidates, CONTEXT, positions);
      DensePass.Result expected =
          dense.run(List.of(tokens), new int[][] {candidates}, positions, CONTEXT, -1);
      int d = config.width();
      float[] last = Arrays.copyOfRange(expected.states(), n * d, (n + 1) * d);
      assertThat(largestDifference(state, last)).as("state, round %d", round).isLessThan(1e-4f);
      assertThat(largestDifference(scores, expected.candidates()))
          .as("scores, round %d", round)
          .isLessThan(1e-4f);
    }
  }

  @Test
  void score_withoutPositions_isThatOfTheFirst() {
    TokenSequence tokens = TokenSequence.of(TestModels.actions(new Random(SEED), 12));
    HostRows block = TestModels.block(config, KvType.FLOAT32, capacity());
    model.extend(tokens, 0, block);
    int[] candidates = {3, 14, 15};
    float[] serving = model.score(block, 13, candidates, CONTEXT);
    float[] first = model.score(block, 13, candidates, CONTEXT, new int[3]);
    float[] others = model.score(block, 13, candidates, CONTEXT, new int[] {5, 6, 7});
    assertThat(serving).containsExactly(first);
    assertThat(largestDifference(serving, others)).isGreaterThan(1e-4f);
  }

  @Test
  void scoreDense_equalsScoringFromKv() {
    TokenSequence tokens = TokenSequence.of(TestModels.actions(new Random(SEED + 1), 33));
    HostRows block = TestModels.block(config, KvType.FLOAT32, capacity());
    model.extend(tokens, 0, block);
    int[] candidates = TestModels.candidates(new Random(SEED), 20);
    float[] cached = model.score(block, 34, candidates, CONTEXT);
    assertThat(largestDifference(cached, model.scoreDense(tokens, candidates, CONTEXT)))
        .isLessThan(1e-4f);
  }

  @Test
  void score_int8_isNearTheExactOne(@TempDir Path rounded) {
    TestModels.serving(rounded, config, SEED).close();
    Random random = new Random(SEED + 2);
    List<TokenSequence> histories =
        List.of(
            TokenSequence.of(TestModels.actions(random, 70)),
            TokenSequence.of(TestModels.actions(random, 40)));
    ModelWriter.observe(rounded, histories, CONTEXT);
    int[] candidates = TestModels.candidates(random, 20);
    try (ServingModel int8 = ServingModel.load(rounded, EngineOptions.cpu(Precision.INT8))) {
      for (TokenSequence tokens : histories) {
        HostRows block = TestModels.block(config, KvType.FLOAT32, capacity());
        int8.extend(tokens, 0, block);
        float[] near = int8.score(block, 1 + tokens.size(), candidates, CONTEXT);
        float difference = largestDifference(near, model.scoreDense(tokens, candidates, CONTEXT));
        assertThat(difference).isBetween(1e-6f, 0.05f);
      }
    }
  }

  @Test
  void queries_otherOffsets_differ() {
    float[] state = new float[config.width()];
    for (int i = 0; i < state.length; i++) {
      state[i] = (float) Math.sin(i);
    }
    float[][] outcomes = new float[3][config.actions().size()];
    float[] queries = model.queries(state, CONTEXT, outcomes, new int[] {0, 0, 3});
    int e = config.itemDim();
    float[] next = Arrays.copyOfRange(queries, 0, e);
    assertThat(largestDifference(next, Arrays.copyOfRange(queries, e, 2 * e))).isLessThan(1e-6f);
    assertThat(largestDifference(next, Arrays.copyOfRange(queries, 2 * e, 3 * e)))
        .isGreaterThan(1e-3f);
    assertThat(model.queries(state, CONTEXT, outcomes)).startsWith(next).endsWith(next);
  }
}
