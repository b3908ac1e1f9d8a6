package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingModelTest {
  private static final long SEED = 5;
  private static final ModelConfig CONFIG = TestModels.gated(2, 1, 16);

  @ParameterizedTest
  @CsvSource({
    "false, false, 0",
    "true, false, 0",
    "false, true, 0",
    "true, true, 0",
    "false, false, 4",
    "false, false, 6"
  })
  void gradients_everyParameter_equalFiniteDifferences(
      boolean rare, boolean described, int window) {
    ModelConfig config =
        (described ? TestModels.described(CONFIG) : CONFIG)
            .withWindow(AttentionWindow.of(window, 2, 2));
    TrainingBatch plain = TestBatches.batch(config, SEED, 3, 7, 4);
    TrainingBatch batch = rare ? TestBatches.rare(plain, SEED) : plain;
    StepSettings settings = TestBatches.rare(TestBatches.settings(config, 1, 0), 3, 2);
    try (TrainingModel model = TrainingModel.of(config, TestModels.learned(config, SEED))) {
      Map<String, float[]> gradients = model.gradients(batch, settings);
      assertThat(gradients.containsKey("path_out")).isEqualTo(described);
      Random random = new Random(SEED);
      gradients.forEach(
          (name, gradient) -> {
            float[] direction = direction(gradient.length, random);
            double expected = 0;
            for (int i = 0; i < direction.length; i++) {
              expected += (double) direction[i] * gradient[i];
            }
            assertThat(slope(model, name, direction, batch, settings))
                .as(name)
                .isCloseTo(expected, within(2e-3 + 0.02 * Math.abs(expected)));
          });
    }
  }

  /** Returns a random vector of length 1. */
  private static float[] direction(int size, Random random) {
    double[] direction = random.doubles(size, -1, 1).toArray();
    double norm = Math.sqrt(Arrays.stream(direction).map(value -> value * value).sum());
    float[] unit = new float[size];
    for (int i = 0; i < size; i++) {
      unit[i] = (float) (direction[i] / norm);
    }
    return unit;
  }

  /** Returns the slope of the loss when a parameter moves. Moves the parameter back afterwards. */
  private static double slope(
      TrainingModel model,
      String name,
      float[] direction,
      TrainingBatch batch,
      StepSettings settings) {
    float step = 4e-3f;
    move(model, name, times(direction, step));
    double up = model.loss(batch, settings).total();
    move(model, name, times(direction, -2 * step));
    double down = model.loss(batch, settings).total();
    move(model, name, times(direction, step));
    return (up - down) / (2 * step);
  }

  /** Adds values to a parameter, in place. */
  private static void move(TrainingModel model, String name, float[] values) {
    JniUtils.setGradMode(false);
    PtNDArray parameter = model.parameter(name);
    try (NDManager scope = parameter.getManager().newSubManager()) {
      parameter.addi(scope.create(values, parameter.getShape()));
    }
  }

  private static float[] times(float[] values, float factor) {
    float[] product = values.clone();
    for (int i = 0; i < product.length; i++) {
      product[i] *= factor;
    }
    return product;
  }

  @Test
  void step_sampledClasses_trainsTheirRowsLikeAFullSoftmaxOverThem() {
    TrainingBatch batch = TestBatches.batch(CONFIG, SEED, 3, 7, 4);
    long[] rows = TestBatches.used(batch, SEED);
    assertThat(rows.length).isBetween(20, CONFIG.items());
    Weights before = Weights.random(CONFIG, SEED);
    Weights full = stepped(before, TestBatches.competing(batch, rows));
    Weights sampled = stepped(before, TestBatches.sampled(batch, rows));
    for (String name : full.tensors().keySet()) {
      if (!name.equals(Program.ITEM_ID)) {
        assertThat(sampled.get(name).toArray())
            .as(name)
            .containsExactly(full.get(name).toArray(), within(2e-5f));
      }
    }
    Set<Long> trained = Arrays.stream(rows).boxed().collect(Collectors.toSet());
    for (int row = 0; row <= CONFIG.items(); row++) {
      float[] expected = row(trained.contains((long) row) ? full : before, row);
      assertThat(row(sampled, row)).as("item %d", row).containsExactly(expected, within(2e-5f));
    }
  }

  private static Weights stepped(Weights weights, TrainingBatch batch) {
    try (TrainingModel model = TrainingModel.of(CONFIG, weights)) {
      model.step(batch, TestBatches.settings(CONFIG, 1, 0));
      model.step(batch, TestBatches.settings(CONFIG, 2, 0));
      return model.weights();
    }
  }

  private static float[] row(Weights weights, int row) {
    int e = CONFIG.itemDim();
    return Arrays.copyOfRange(weights.get(Program.ITEM_ID).toArray(), row * e, (row + 1) * e);
  }

  @Test
  void queriesAsKeys_everyHead_beginsAsTheKeysThatItReads() {
    ModelConfig config = TestModels.config(4, 2, 16);
    float[] random = Weights.random(config, SEED).get("attention_in").toArray();
    float[] alike;
    try (TrainingModel model =
        TrainingModel.of(config, Weights.random(config, SEED).withQueriesAsKeys(config))) {
      alike = model.weights().get("attention_in").toArray();
    }
    int head = config.headDim() * config.width();
    for (int l = 0; l < config.layers(); l++) {
      int layer = l * 8 * head; // 4 query heads, 2 key heads and 2 value heads
      for (int i = 0; i < 4 * head; i++) {
        int keys = layer + (4 + i / head / 2) * head + i % head;
        assertThat(alike[layer + i]).isEqualTo(random[keys]);
      }
      assertThat(Arrays.copyOfRange(alike, layer + 4 * head, layer + 8 * head))
          .isEqualTo(Arrays.copyOfRange(random, layer + 4 * head, layer + 8 * head));
    }
  }

  @Test
  void loss_actionThatMaskedRowsDoNotKnow_countsWhereItWasShownAlone() {
    TrainingBatch batch = TestBatches.batch(CONFIG, SEED, 3, 7, 4);
    StepSettings all = TestBatches.settings(CONFIG, 1, 0);
    try (TrainingModel model = TrainingModel.create(CONFIG, SEED, EngineOptions.cpu())) {
      StepLoss whole = model.loss(batch, all);
      double hidden = 0;
      for (int c = 0; c < CONFIG.actions().size(); c++) {
        float[] known = new float[CONFIG.actions().size()];
        known[c] = 1;
        StepLoss part = model.loss(batch, TestBatches.knowing(all, known));
        assertThat(part.slate()).isEqualTo(whole.slate());
        hidden += part.hidden();
      }
      assertThat(hidden).isCloseTo(whole.hidden(), within(1e-4));
    }
  }

  @Test
  void create_queries_beginNearTheItemOfTheLastAction(@TempDir Path folder) {
    ModelConfig config = TestModels.config(8, 4, 16);
    int users = 50;
    int further = 0;
    try (ServingModel model = TestModels.serving(folder, config, SEED)) {
      float[] items = model.itemVectors();
      Random random = new Random(SEED);
      for (int user = 0; user < users; user++) {
        List<UserAction> history = TestModels.actions(random, 6);
        UserAction last = UserAction.of(user, 1, 0, history.get(5).timeMs());
        history.set(5, last);
        HostRows block = TestModels.block(config, KvType.FLOAT32, 7);
        float[] state = model.extend(TokenSequence.of(history), 0, block);
        RequestContext context = new RequestContext(0, GapBuckets.UNKNOWN);
        float[] query = model.queries(state, context, new float[1][3]);
        for (int item = 0; item < config.items(); item++) {
          further += score(query, items, item) < score(query, items, user) ? 1 : 0;
        }
      }
    }
    // If queries did not start near the last action's item, only about half of the items would
    // score lower than this item.
    assertThat(further).isGreaterThan(users * (config.items() - 1) * 9 / 10);
  }

  private static double score(float[] query, float[] items, int item) {
    double sum = 0;
    for (int i = 0; i < query.length; i++) {
      sum += query[i] * items[item * query.length + i];
    }
    return sum;
  }

  @Test
  void step_repeatedOnOneBatch_lowersEveryPartOfTheLoss() {
    TrainingBatch batch = TestBatches.batch(CONFIG, SEED, 3, 7, 4);
    try (TrainingModel model = TrainingModel.create(CONFIG, SEED, EngineOptions.cpu())) {
      StepLoss first = model.loss(batch, TestBatches.settings(CONFIG, 1, 0));
      for (int step = 1; step <= 60; step++) {
        model.step(batch, TestBatches.settings(CONFIG, step, 0.1));
      }
      StepLoss last = model.loss(batch, TestBatches.settings(CONFIG, 1, 0));
      assertThat(last.item()).isLessThan(first.item() / 2);
      assertThat(last.hidden()).isLessThan(first.hidden() / 2);
      assertThat(last.slate()).isLessThan(first.slate() / 2);
      assertThat(last.total()).isCloseTo(last.item() + last.hidden() + last.slate(), within(1e-4f));
    }
  }

  @Test
  void loss_withoutCandidatesOrTargets_isFinite() {
    TrainingBatch batch = TestBatches.batch(CONFIG, SEED, 2, 5, 0);
    try (TrainingModel model = TrainingModel.create(CONFIG, SEED, EngineOptions.cpu())) {
      StepLoss loss = model.step(batch, TestBatches.settings(CONFIG, 1, 0));
      assertThat(loss.isFinite()).isTrue();
      assertThat(loss.slate()).isZero();
    }
  }

  @Test
  void resume_fromCheckpoint_continuesExactly(@TempDir Path folder) {
    Path checkpoint = folder.resolve("checkpoint.safetensors");
    StepLoss[] uninterrupted = new StepLoss[12];
    try (TrainingModel model = TrainingModel.create(CONFIG, SEED, EngineOptions.cpu())) {
      for (int step = 1; step <= 12; step++) {
        uninterrupted[step - 1] = train(model, step);
        if (step == 5) {
          model.checkpoint(checkpoint);
        }
      }
    }
    try (TrainingModel model = TrainingModel.resume(CONFIG, checkpoint, EngineOptions.cpu())) {
      for (int step = 6; step <= 12; step++) {
        assertThat(train(model, step)).as("step %d", step).isEqualTo(uninterrupted[step - 1]);
      }
    }
  }

  private static StepLoss train(TrainingModel model, int step) {
    return model.step(
        TestBatches.batch(CONFIG, step, 3, 7, 4), TestBatches.settings(CONFIG, step, 0.2));
  }
}
