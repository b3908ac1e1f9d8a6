package io.unipin.model;

import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class RaggedEqualsSingleTest {
  private static final int USERS = 12;
  private static final ModelConfig CONFIG = TestModels.config(4, 2, 40);

  @TempDir Path folder;

  /**
   * The results for one user. The history is encoded in two parts: {@code first} is the state after
   * the first part, and {@code state} is that after the whole history.
   */
  private record Visit(float[] first, float[] state, float[] queries, float[] scores) {}

  private static Visit visit(ServingModel model, KvType type, int user) {
    Random random = new Random(user);
    List<UserAction> actions = TestModels.actions(random, 2 + random.nextInt(38));
    TokenSequence tokens = TokenSequence.of(actions);
    int part = random.nextInt(tokens.size());
    TokenSequence before = TokenSequence.of(actions.subList(0, part));
    int capacity = CONFIG.kvLayout(type).capacityFor(user % 3 == 0 ? 41 : 1 + tokens.size());
    HostRows block = TestModels.block(CONFIG, type, capacity);
    RequestContext context = new RequestContext(user % 2, 1 + user % 5);
    float[] first = model.extend(before, 0, block);
    float[] state = model.extend(tokens, 1 + part, block);
    float[][] outcomes = new float[1 + user % 3][3];
    outcomes[0][user % 3] = 1;
    int[] offsets = random.ints(outcomes.length, 0, TargetOffsets.COUNT).toArray();
    float[] queries = model.queries(state, context, outcomes, offsets);
    int[] candidates = TestModels.candidates(random, 1 + random.nextInt(20));
    int[] positions =
        random.ints(user % 2 == 0 ? 1 : candidates.length, 0, PagePositions.COUNT).toArray();
    float[] scores = model.score(block, 1 + tokens.size(), candidates, context, positions);
    return new Visit(first, state, queries, scores);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1e-4", "FLOAT16, 2e-3", "INT8, 5e-2"})
  void visits_atTheSameTime_giveWhatEachGivesAlone(KvType type, float tolerance) throws Exception {
    try (TrainingModel random = TrainingModel.create(CONFIG, 3, EngineOptions.cpu())) {
      random.write(folder, TestModels.content(3));
    }
    ExecutorService callers = Executors.newFixedThreadPool(USERS);
    try (ServingModel single = ServingModel.load(folder, EngineOptions.cpu());
        ServingModel batched =
            ServingModel.load(folder, EngineOptions.cpu().batched(5, Duration.ofMillis(20)))) {
      assertThat(batched.fingerprint()).isEqualTo(single.fingerprint());
      List<Future<Visit>> visits = new ArrayList<>();
      for (int user = 0; user < USERS; user++) {
        int id = user;
        visits.add(callers.submit(() -> visit(batched, type, id)));
      }
      for (int user = 0; user < USERS; user++) {
        Visit expected = visit(single, type, user);
        Visit actual = visits.get(user).get();
        assertThat(largestDifference(expected.first, actual.first)).isLessThan(10 * tolerance);
        assertThat(largestDifference(expected.state, actual.state)).isLessThan(10 * tolerance);
        assertThat(largestDifference(expected.queries, actual.queries)).isLessThan(tolerance);
        assertThat(largestDifference(expected.scores, actual.scores)).isLessThan(tolerance);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void call_closed_isRefused() {
    try (TrainingModel random = TrainingModel.create(CONFIG, 3, EngineOptions.cpu())) {
      random.write(folder, TestModels.content(3));
    }
    ServingModel model =
        ServingModel.load(folder, EngineOptions.cpu().batched(4, Duration.ofMillis(1)));
    visit(model, KvType.FLOAT32, 1);
    model.close();
    model.close();
    assertThatThrownBy(() -> visit(model, KvType.FLOAT32, 1))
        .isInstanceOf(ModelException.class)
        .hasMessage("the model is closed");
  }
}
