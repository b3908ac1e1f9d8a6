package io.unipin.model;

import java.nio.file.Path;

/** Writes models that were not trained: for tests, and for benchmarks whose weights do not matter. */
public final class ModelWriter {
  private ModelWriter() {}

  /** Writes a model with random weights and no item content to a folder that {@link ServingModel#load} reads. */
  public static void writeRandom(Path directory, ModelConfig config, long seed) {
    try (TrainingModel model = TrainingModel.create(config, seed, EngineOptions.cpu())) {
      model.write(directory, new float[(config.items() + 1) * config.contentDim()]);
    }
  }
}
