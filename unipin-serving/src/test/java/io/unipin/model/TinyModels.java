package io.unipin.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Small models with random weights, for tests of what is built on models. */
public final class TinyModels {
  public static final int MAX_HISTORY = 16;
  public static final List<String> ACTIONS = List.of("click", "save", "hide");
  public static final List<String> SURFACES = List.of("home", "search");

  private TinyModels() {}

  public static ModelConfig config(int items) {
    return new ModelConfig(
        items, 0, 8, 16, 2, 4, 2, 32, MAX_HISTORY, ACTIONS, List.of("click", "save"), SURFACES);
  }

  /** Writes a model whose every number follows from the seed. */
  public static void write(Path directory, int items, long seed) {
    ModelConfig config = config(items);
    Random random = new Random(seed);
    float[] embeddings = new float[(items + 1) * config.itemDim()];
    for (int row = 0; row <= items; row++) {
      double norm = 0;
      for (int d = 0; d < config.itemDim(); d++) {
        float value = (float) random.nextGaussian();
        embeddings[row * config.itemDim() + d] = value;
        norm += value * value;
      }
      for (int d = 0; d < config.itemDim(); d++) {
        embeddings[row * config.itemDim() + d] /= (float) Math.sqrt(norm);
      }
    }
    ModelFiles.write(directory, config, Weights.random(config, seed), embeddings);
  }
}
