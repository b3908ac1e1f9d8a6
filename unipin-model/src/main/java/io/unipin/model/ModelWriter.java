package io.unipin.model;

import java.nio.file.Path;
import java.util.Arrays;

/** Writes models where no training does: random ones, and trained ones with new calibration. */
public final class ModelWriter {
  private ModelWriter() {}

  /** Writes a model with random weights and no item content to a folder that {@link ServingModel#load} reads. */
  public static void writeRandom(Path directory, ModelConfig config, long seed) {
    try (TrainingModel model = TrainingModel.create(config, seed, EngineOptions.cpu())) {
      model.write(directory, new float[(config.items() + 1) * config.contentDim()]);
    }
  }

  /**
   * Sets a model's calibration: from then on {@link ServingModel#score} returns {@code sigmoid(a[c] logit + b[c])} for
   * action c.
   */
  public static void calibrate(Path directory, float[] a, float[] b) {
    ModelFiles files = ModelFiles.read(directory);
    int actions = files.config().actions().size();
    if (a.length != actions || b.length != actions) {
      throw new IllegalArgumentException(
          "%d scales and shifts expected, got %d and %d".formatted(actions, a.length, b.length));
    }
    float[] both = Arrays.copyOf(a, 2 * actions);
    System.arraycopy(b, 0, both, actions, actions);
    ModelFiles.write(
        directory,
        files.config(),
        files.weights().with("calibration", FloatTensor.of(both, 2, actions)),
        files.items().toArray());
  }
}
