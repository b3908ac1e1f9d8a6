package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDManager;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.Weights;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests how a training computes on a card. Most tests also run on the processor. Tests that need a
 * card are skipped unless {@code -Dunipin.device} names a card.
 */
final class CardTrainingTest {
  private static final long SEED = 5;
  private static final int STEPS = 6;
  private static final float CLOSE = 1e-4f;
  private static final ModelConfig CONFIG = TestModels.described(TestModels.gated(2, 1, 16));
  private static final Weights BEGIN = TestModels.learned(CONFIG, SEED);

  @TempDir Path folder;

  /** Returns the card for the tests. Skips the test if none is named. */
  private static EngineDevice card() {
    EngineDevice device = TestModels.device();
    assumeFalse(device.isCpu(), "skipped: a card expected, named by -Dunipin.device=cuda");
    return device;
  }

  /**
   * Returns the batch of a step. If {@code sampled} is true, only some rows of the id table are
   * trained.
   */
  private static TrainingBatch batch(int step, boolean sampled) {
    TrainingBatch batch = TestBatches.batch(CONFIG, SEED + step, 3, 7, 4);
    return sampled ? TestBatches.sampled(batch, TestBatches.used(batch, SEED)) : batch;
  }

  private static StepLoss step(TrainingModel model, int step, boolean sampled, double dropout) {
    return model.step(batch(step, sampled), TestBatches.settings(CONFIG, step, dropout));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void step_allParametersTogether_equalsOneByOne(boolean sampled) {
    try (TrainingModel each = TrainingModel.of(CONFIG, BEGIN);
        TrainingModel together = TrainingModel.asOnCard(CONFIG, BEGIN)) {
      for (int step = 1; step <= STEPS; step++) {
        StepLoss expected = step(each, step, sampled, 0.1);
        StepLoss loss = step(together, step, sampled, 0.1);
        assertThat(loss.total()).isCloseTo(expected.total(), within(1e-5f));
        assertThat(loss.gradientNorm())
            .isCloseTo(expected.gradientNorm(), within(1e-5f * expected.gradientNorm()))
            .as("norm that is clipped")
            .isGreaterThan(1);
      }
      assertClose(together.weights(), each.weights(), 1e-5f);
    }
  }

  private static void assertClose(Weights weights, Weights expected, float tolerance) {
    assertThat(weights.tensors().keySet()).isEqualTo(expected.tensors().keySet());
    for (String name : expected.tensors().keySet()) {
      assertThat(weights.get(name).toArray())
          .as(name)
          .containsExactly(expected.get(name).toArray(), within(tolerance));
    }
  }

  @Test
  void write_asOnCard_writesWhatTheProcessorWrites() {
    Path expected = folder.resolve("each");
    Path written = folder.resolve("card");
    AttributeBags attributes = TestModels.attributes(CONFIG, SEED);
    BitSet withheld = new BitSet();
    withheld.set(3);
    try (TrainingModel each = TrainingModel.of(CONFIG, BEGIN);
        TrainingModel card = TrainingModel.asOnCard(CONFIG, BEGIN)) {
      each.write(expected, TestModels.content(SEED), attributes, withheld);
      card.write(written, TestModels.content(SEED), attributes, withheld);
    }
    for (String file : List.of("config.json", "weights.safetensors", "items.safetensors")) {
      assertThat(written.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stepsAndCheckpoints_repeated_leaveNoArrays(boolean sampled) {
    TrainingBatch batch = batch(1, sampled);
    try (TrainingModel model = TrainingModel.of(CONFIG, BEGIN)) {
      model.step(batch, TestBatches.settings(CONFIG, 1, 0.1));
      int before = model.arrays();
      for (int step = 2; step <= STEPS; step++) {
        model.step(batch, TestBatches.settings(CONFIG, step, 0.1));
        model.loss(batch, TestBatches.settings(CONFIG, step, 0.1));
        model.checkpoint(folder.resolve("checkpoint"));
        model.write(folder.resolve("model" + step), TestModels.content(SEED));
      }
      assertThat(model.arrays()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void step_onCard_isCloseToTheProcessor(boolean sampled) {
    EngineOptions card = EngineOptions.on(card(), Precision.FLOAT32);
    try (TrainingModel expected = TrainingModel.of(CONFIG, BEGIN);
        TrainingModel model = TrainingModel.of(CONFIG, BEGIN, card)) {
      for (int step = 1; step <= STEPS; step++) {
        // Processor and card would drop out different numbers, so the dropout is 0.
        float loss = step(model, step, sampled, 0).total();
        assertThat(loss).isCloseTo(step(expected, step, sampled, 0).total(), within(CLOSE));
      }
    }
  }

  @Test
  void resume_onCard_continuesCloseToAnUninterruptedTraining() {
    EngineOptions card = EngineOptions.on(card(), Precision.FLOAT32);
    Path checkpoint = folder.resolve("checkpoint");
    float[] uninterrupted = new float[STEPS + 1];
    try (TrainingModel model = TrainingModel.of(CONFIG, BEGIN, card)) {
      for (int step = 1; step <= STEPS; step++) {
        uninterrupted[step] = step(model, step, false, 0.2).total();
        if (step == 3) {
          model.checkpoint(checkpoint);
        }
      }
    }
    try (TrainingModel model = TrainingModel.resume(CONFIG, checkpoint, card)) {
      for (int step = 4; step <= STEPS; step++) {
        float loss = step(model, step, false, 0.2).total();
        assertThat(loss).as("step %d", step).isCloseTo(uninterrupted[step], within(CLOSE));
      }
    }
  }

  @Test
  void arguments_numbersOfTheHost_stayThere() {
    EngineDevice card = card();
    List<String> numbers = List.of("score_reg", "mixup", "dropout");
    try (PtNDManager scope = Torch.newManager(card)) {
      NDArray ids = scope.create(0f);
      LossArguments arguments =
          LossArguments.of(
              scope,
              batch(1, false),
              TestBatches.settings(CONFIG, 1, 0.1),
              CONFIG.actions().size());
      for (String name : List.of("ids", "content", "buckets", "starts", "class_bias")) {
        arguments.put(name, ids);
      }
      NDList arrays = arguments.inOrder();
      for (int i = 0; i < arrays.size(); i++) {
        String name = LossArguments.NAMES.get(i);
        assertThat(arrays.get(i).getDevice().isGpu()).as(name).isEqualTo(!numbers.contains(name));
      }
    }
  }
}
