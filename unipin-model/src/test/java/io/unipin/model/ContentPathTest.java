package io.unipin.model;

import static io.unipin.model.TestModels.CONTEXT;
import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Weights;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the content path, on which a candidate's content and attributes reach the model's ranking
 * head.
 */
@Timeout(120)
class ContentPathTest {
  private static final long SEED = 53;
  private static final float TOLERANCE = 1e-4f;
  private static final int MAX_HISTORY = 40;
  private static final ModelConfig PLAIN = TestModels.config(4, 2, MAX_HISTORY);
  private static final ModelConfig CONFIG = TestModels.described(PLAIN);

  @TempDir Path folder;

  private static HostRows block() {
    int capacity = CONFIG.kvLayout(KvType.FLOAT32).capacityFor(MAX_HISTORY + 1);
    return TestModels.block(CONFIG, KvType.FLOAT32, capacity);
  }

  @Test
  void score_prefillAndAppend_equalsDensePass() {
    try (ServingModel model = TestModels.serving(folder, CONFIG, SEED);
        DensePass dense = new DensePass(folder)) {
      for (int round = 0; round < 20; round++) {
        Random random = new Random(round);
        TokenSequence tokens =
            TokenSequence.of(TestModels.actions(random, random.nextInt(MAX_HISTORY)));
        int[] candidates = TestModels.candidates(random, 1 + random.nextInt(20));
        HostRows block = block();
        int first = random.nextInt(1 + tokens.size());
        if (first > 0) {
          model.extend(head(tokens, first - 1), 0, block);
        }
        model.extend(tokens, first, block);
        float[] scores = model.score(block, 1 + tokens.size(), candidates, CONTEXT);
        float[] cached = model.score(block, 1 + tokens.size(), candidates, CONTEXT);
        assertThat(cached).containsExactly(scores);
        float[] expected =
            dense.run(List.of(tokens), new int[][] {candidates}, CONTEXT, -1).candidates();
        assertThat(largestDifference(scores, expected)).isLessThan(TOLERANCE);
      }
    }
  }

  private static TokenSequence head(TokenSequence tokens, int count) {
    return new TokenSequence(
        Arrays.copyOf(tokens.items(), count),
        Arrays.copyOf(tokens.actions(), count),
        Arrays.copyOf(tokens.surfaces(), count),
        Arrays.copyOf(tokens.gaps(), count));
  }

  @Test
  void score_ofOneCandidate_doesNotDependOnItsSlate() {
    Random random = new Random(SEED);
    TokenSequence tokens = TokenSequence.of(TestModels.actions(random, 25));
    int[] slate = TestModels.candidates(random, 33);
    int c = CONFIG.actions().size();
    try (ServingModel model = TestModels.serving(folder, CONFIG, SEED)) {
      HostRows block = block();
      model.extend(tokens, 0, block);
      float[] together = model.score(block, 26, slate, CONTEXT);
      for (int i = 0; i < slate.length; i++) {
        float[] alone = model.score(block, 26, new int[] {slate[i]}, CONTEXT);
        assertThat(largestDifference(alone, Arrays.copyOfRange(together, i * c, (i + 1) * c)))
            .isLessThan(1e-5f);
      }
    }
  }

  private static float[] visit(ServingModel model, int user) {
    Random random = new Random(user);
    TokenSequence tokens = TokenSequence.of(TestModels.actions(random, 1 + random.nextInt(38)));
    HostRows block = block();
    model.extend(tokens, 0, block);
    int[] candidates = TestModels.candidates(random, 1 + random.nextInt(20));
    return model.score(block, 1 + tokens.size(), candidates, CONTEXT);
  }

  @Test
  void score_inBatches_equalsScoringAlone() throws Exception {
    TestModels.write(folder, CONFIG, SEED);
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try (ServingModel single = ServingModel.load(folder, EngineOptions.cpu());
        ServingModel batched =
            ServingModel.load(folder, EngineOptions.cpu().batched(5, Duration.ofMillis(20)))) {
      List<Future<float[]>> visits = new ArrayList<>();
      for (int user = 0; user < 12; user++) {
        int id = user;
        visits.add(callers.submit(() -> visit(batched, id)));
      }
      for (int user = 0; user < 12; user++) {
        assertThat(largestDifference(visits.get(user).get(), visit(single, user)))
            .isLessThan(TOLERANCE);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void scoreDense_equalsScoringFromKv() {
    TestModels.write(folder, CONFIG, SEED);
    Random random = new Random(SEED);
    TokenSequence tokens = TokenSequence.of(TestModels.actions(random, 19));
    int[] candidates = TestModels.candidates(random, 12);
    try (ServingModel model = ServingModel.load(folder, EngineOptions.cpu().withComparison())) {
      HostRows block = block();
      model.extend(tokens, 0, block);
      assertThat(
              largestDifference(
                  model.scoreDense(tokens, candidates, CONTEXT),
                  model.score(block, 20, candidates, CONTEXT)))
          .isLessThan(TOLERANCE);
    }
  }

  @Test
  void create_untrained_scoresAsWithoutThePath() {
    ModelConfig pathAlone = PLAIN.withContentPath(5);
    float[] with;
    float[] without;
    try (TrainingModel model = TrainingModel.of(pathAlone, Weights.random(pathAlone, SEED))) {
      model.write(folder.resolve("with"), TestModels.content(SEED));
    }
    try (TrainingModel model = TrainingModel.of(PLAIN, Weights.random(PLAIN, SEED))) {
      model.write(folder.resolve("without"), TestModels.content(SEED));
    }
    try (ServingModel model = ServingModel.load(folder.resolve("with"), EngineOptions.cpu())) {
      with = visit(model, 3);
    }
    try (ServingModel model = ServingModel.load(folder.resolve("without"), EngineOptions.cpu())) {
      without = visit(model, 3);
    }
    assertThat(with).containsExactly(without);
  }

  /**
   * The content path is a part of the computation of candidates, so it changes their scores, but no
   * states or queries.
   */
  @Test
  void path_changesScoresAlone() {
    ModelConfig config = PLAIN.withContentPath(5);
    Weights weights = TestModels.learned(config, SEED);
    FloatTensor end = weights.get("path_out");
    Weights cut =
        weights.with("path_out", FloatTensor.of(new float[(int) end.count()], end.shape()));
    try (TrainingModel model = TrainingModel.of(config, weights)) {
      model.write(folder.resolve("whole"), TestModels.content(SEED));
    }
    try (TrainingModel model = TrainingModel.of(config, cut)) {
      model.write(folder.resolve("cut"), TestModels.content(SEED));
    }
    TokenSequence tokens = TokenSequence.of(TestModels.actions(new Random(SEED), 20));
    float[][] outcomes = {{0, 0, 0}, {1, 0, 0}};
    int[] items = {1, 2, 3, 4, 5};
    int[] unknown = {TestModels.ITEMS};
    try (ServingModel whole = ServingModel.load(folder.resolve("whole"), EngineOptions.cpu());
        ServingModel other = ServingModel.load(folder.resolve("cut"), EngineOptions.cpu())) {
      HostRows block = block();
      HostRows otherBlock = block();
      float[] state = whole.extend(tokens, 0, block);
      assertThat(other.extend(tokens, 0, otherBlock)).containsExactly(state);
      assertThat(other.queries(state, CONTEXT, outcomes))
          .containsExactly(whole.queries(state, CONTEXT, outcomes));
      assertThat(
              largestDifference(
                  whole.score(block, 21, items, CONTEXT),
                  other.score(otherBlock, 21, items, CONTEXT)))
          .isGreaterThan(1e-3f);
      assertThat(whole.score(block, 21, unknown, CONTEXT))
          .as("an item without content has nothing on the path")
          .containsExactly(other.score(otherBlock, 21, unknown, CONTEXT));
    }
  }

  @Test
  void write_itemsWithoutIds_keepTheirPaths() {
    Weights weights = TestModels.learned(CONFIG, SEED);
    BitSet chosen = new BitSet();
    chosen.set(4);
    AttributeBags attributes = TestModels.attributes(CONFIG, SEED);
    try (TrainingModel model = TrainingModel.of(CONFIG, weights)) {
      model.write(folder.resolve("all"), TestModels.content(SEED), attributes, new BitSet());
      model.write(folder.resolve("less"), TestModels.content(SEED), attributes, chosen);
    }
    float[] all = ModelFiles.read(folder.resolve("all")).paths().toArray();
    float[] less = ModelFiles.read(folder.resolve("less")).paths().toArray();
    assertThat(largestDifference(less, all)).isLessThan(1e-6f);
    assertThat(all).isNotEqualTo(new float[all.length]);
  }
}
