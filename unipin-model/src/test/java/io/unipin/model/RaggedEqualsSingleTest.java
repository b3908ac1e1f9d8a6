package io.unipin.model;

import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.batch.TestPool;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import io.unipin.model.files.ModelFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests calls with several users. Each user must get the same results as from a call for this user
 * alone, and as from the dense pass. All memory outside the rows of the users' blocks is NaN.
 */
@Timeout(240)
class RaggedEqualsSingleTest {
  private static final int USERS = 12;
  private static final long POOL = 1 << 20;

  @TempDir Path folder;

  /**
   * The results for one user. The history is encoded in two parts: {@code first} is the state after
   * the first part, and {@code state} is the state after the whole history. The scores {@code top}
   * are the scores at the first position on the page.
   */
  private record Visit(
      float[] first, float[] state, float[] queries, float[] scores, float[] top) {}

  private static int capacity(ModelConfig config, int user, int rows) {
    return config.kvLayout(KvType.FLOAT32).capacityFor(user % 3 == 0 ? 41 : rows);
  }

  /** A user with a history and candidates, the same for each model. */
  private record Visitor(int user, Random random, List<UserAction> actions, int[] candidates) {
    static Visitor of(int user) {
      Random random = new Random(user);
      List<UserAction> actions = TestModels.actions(random, 2 + random.nextInt(38));
      int[] candidates = TestModels.candidates(random, 1 + random.nextInt(20));
      return new Visitor(user, random, actions, candidates);
    }

    RequestContext context() {
      return new RequestContext(user % 2, 1 + user % 5);
    }

    Visit visit(ServingModel model, IntFunction<KvRows> blocks) {
      TokenSequence tokens = TokenSequence.of(actions);
      int part = random.nextInt(tokens.size());
      TokenSequence before = TokenSequence.of(actions.subList(0, part));
      KvRows block = blocks.apply(capacity(model.config(), user, 1 + tokens.size()));
      float[] first = model.extend(before, 0, block);
      float[] state = model.extend(tokens, 1 + part, block);
      float[][] outcomes = new float[1 + user % 3][3];
      outcomes[0][user % 3] = 1;
      int[] offsets = random.ints(outcomes.length, 0, TargetOffsets.COUNT).toArray();
      float[] queries = model.queries(state, context(), outcomes, offsets);
      int[] positions =
          random.ints(user % 2 == 0 ? 1 : candidates.length, 0, PagePositions.COUNT).toArray();
      int rows = 1 + tokens.size();
      return new Visit(
          first,
          state,
          queries,
          model.score(block, rows, candidates, context(), positions),
          model.score(block, rows, candidates, context()));
    }
  }

  /** Writes a model. A gated model also reads attributes of items, and has a path for content. */
  private ModelConfig write(int kvHeads, boolean gated) {
    return write(kvHeads, gated, 0);
  }

  /** Writes a model. If {@code window} is not 0, its two lower layers have windows of such rows. */
  private ModelConfig write(int kvHeads, boolean gated, int window) {
    ModelConfig config =
        (gated
                ? TestModels.described(TestModels.gated(4, kvHeads, 40))
                : TestModels.config(4, kvHeads, 40))
            .withWindow(AttentionWindow.of(window, 2, 2));
    TestModels.write(folder, config, 3);
    return config;
  }

  private ServingModel batched(Precision precision, AttentionKernel kernel) {
    EngineOptions options = EngineOptions.cpu(precision).batched(5, Duration.ofMillis(20));
    return ServingModel.load(ModelFiles.read(folder), options, kernel);
  }

  /**
   * Runs the calls of all users at the same time. Compares each user's results with the results of
   * a call for this user alone.
   */
  private void compare(
      ServingModel batched, KvType aloneType, IntFunction<KvRows> blocks, float tolerance)
      throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(USERS);
    try (ServingModel single = ServingModel.load(folder, EngineOptions.cpu().withComparison())) {
      List<Future<Visit>> visits = new ArrayList<>();
      for (int user = 0; user < USERS; user++) {
        Visitor visitor = Visitor.of(user);
        visits.add(callers.submit(() -> visitor.visit(batched, blocks)));
      }
      for (int user = 0; user < USERS; user++) {
        Visitor visitor = Visitor.of(user);
        Visit expected =
            visitor.visit(
                single, capacity -> TestModels.block(single.config(), aloneType, capacity));
        Visit actual = visits.get(user).get();
        assertThat(largestDifference(expected.first, actual.first)).isLessThan(10 * tolerance);
        assertThat(largestDifference(expected.state, actual.state)).isLessThan(10 * tolerance);
        assertThat(largestDifference(expected.queries, actual.queries)).isLessThan(tolerance);
        assertThat(largestDifference(expected.scores, actual.scores)).isLessThan(tolerance);
        float[] dense =
            single.scoreDense(
                TokenSequence.of(visitor.actions), visitor.candidates, visitor.context());
        assertThat(largestDifference(dense, actual.top)).isLessThan(tolerance);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 4, false, 0, 1e-4",
    "FLOAT32, 2, true, 0, 1e-4",
    "FLOAT32, 2, true, 8, 1e-4",
    "FLOAT16, 2, false, 0, 2e-3",
    "INT8, 2, false, 0, 5e-2",
    "INT8, 2, false, 8, 5e-2"
  })
  void visits_inHostMemory_giveWhatEachGivesAlone(
      KvType type, int kvHeads, boolean gated, int window, float tolerance) throws Exception {
    ModelConfig config = write(kvHeads, gated, window);
    try (ServingModel model = batched(Precision.FLOAT32, AttentionKernel.EACH)) {
      compare(model, type, capacity -> TestModels.block(config, type, capacity), tolerance);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, EACH, FLOAT32, 4, false, 0, 1e-4",
    "FLOAT32, EACH, FLOAT32, 2, true, 0, 1e-4",
    "FLOAT32, EACH, FLOAT16, 2, false, 0, 2e-3",
    "FLOAT32, PADDED, FLOAT32, 4, false, 0, 1e-4",
    "FLOAT32, PADDED, FLOAT32, 2, true, 0, 1e-4",
    "FLOAT32, PADDED, FLOAT32, 2, false, 8, 1e-4",
    "FLOAT32, EACH, FLOAT32, 2, false, 8, 1e-4",
    "FLOAT32, PADDED, FLOAT16, 1, false, 0, 2e-3",
    "FLOAT16, PADDED, FLOAT16, 4, false, 0, 5e-3",
    "FLOAT16, PADDED, FLOAT16, 2, true, 0, 5e-3",
    "FLOAT16, EACH, FLOAT16, 2, false, 0, 5e-3"
  })
  void visits_inAPool_giveWhatEachGivesAlone(
      Precision precision,
      AttentionKernel kernel,
      KvType type,
      int kvHeads,
      boolean gated,
      int window,
      float tolerance)
      throws Exception {
    ModelConfig config = write(kvHeads, gated, window);
    try (ServingModel model = batched(precision, kernel);
        TestPool pool = new TestPool(type, POOL)) {
      compare(
          model,
          KvType.FLOAT32,
          capacity -> pool.block(config.kvLayout(type), capacity),
          tolerance);
    }
  }

  @Test
  void extend_inAPool_writesItsRowsAlone() {
    ModelConfig config = write(2, false);
    int width = 2 * config.kvHeads() * config.headDim();
    try (ServingModel model = batched(Precision.FLOAT32, AttentionKernel.PADDED);
        TestPool pool = new TestPool(KvType.FLOAT32, POOL)) {
      TokenSequence tokens = TokenSequence.of(TestModels.actions(new Random(1), 4));
      int capacity = config.kvLayout(KvType.FLOAT32).capacityFor(41);
      KvRows block = pool.block(config.kvLayout(KvType.FLOAT32), capacity);
      model.extend(tokens, 0, block);
      int numbers = 0;
      for (float number : pool.tensor().toFloatArray()) {
        numbers += Float.isNaN(number) ? 0 : 1;
      }
      assertThat(numbers).isEqualTo(config.layers() * 5 * width);
    }
  }

  @Test
  void fingerprint_inABatch_isThatOfTheModelAlone() {
    write(2, false);
    try (ServingModel single = ServingModel.load(folder, EngineOptions.cpu());
        ServingModel batched = batched(Precision.FLOAT32, AttentionKernel.EACH);
        ServingModel half = batched(Precision.FLOAT16, AttentionKernel.PADDED)) {
      assertThat(batched.fingerprint()).isEqualTo(single.fingerprint());
      assertThat(half.fingerprint()).isEqualTo(single.fingerprint() + "-half");
    }
  }

  @Test
  void call_rowsOfAnotherMemory_isRefused() {
    ModelConfig config = write(2, false);
    TokenSequence tokens = TokenSequence.empty();
    KvRows host = TestModels.block(config, KvType.FLOAT32, 8);
    try (ServingModel worker = ServingModel.load(folder, EngineOptions.cpu());
        ServingModel device = batched(Precision.FLOAT32, AttentionKernel.PADDED);
        TestPool pool = new TestPool(KvType.FLOAT32, POOL)) {
      KvRows block = pool.block(config.kvLayout(KvType.FLOAT32), 8);
      assertThatThrownBy(() -> worker.extend(tokens, 0, block))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("rows in host memory expected, got EngineRows");
      assertThatThrownBy(() -> device.extend(tokens, 0, host))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("rows in the device's memory expected, got HostRows");
    }
  }

  @Test
  void call_closed_isRefused() {
    ModelConfig config = write(2, false);
    KvRows block = TestModels.block(config, KvType.FLOAT32, 8);
    ServingModel model = batched(Precision.FLOAT32, AttentionKernel.EACH);
    model.extend(TokenSequence.empty(), 0, block);
    model.close();
    model.close();
    assertThatThrownBy(() -> model.extend(TokenSequence.empty(), 0, block))
        .isInstanceOf(ModelException.class)
        .hasMessage("the model is closed");
  }
}
