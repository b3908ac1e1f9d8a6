package io.unipin.model;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.files.WarmWeights;
import io.unipin.model.files.Weights;
import java.nio.file.Path;

/** A model's weights before its first training step. Immutable. */
public final class InitialWeights {
  private final ModelConfig config;
  private final Weights weights;

  private InitialWeights(ModelConfig config, Weights weights) {
    this.config = config;
    this.weights = weights;
  }

  /** Returns random weights. */
  public static InitialWeights random(ModelConfig config, long seed) {
    return new InitialWeights(config, Weights.random(config, seed));
  }

  /**
   * Returns random weights, except that each attention query starts with the weights of its key.
   */
  public static InitialWeights queriesAsKeys(ModelConfig config, long seed) {
    return new InitialWeights(config, Weights.random(config, seed).withQueriesAsKeys(config));
  }

  /**
   * Returns an earlier model's weights. The shapes must be equal; only the catalogue, actions and
   * surfaces may have grown.
   *
   * @param earlier folder of the earlier model
   * @param oldRows (items) row of each item in the earlier model, or -1 for a new item
   * @throws ModelException when the earlier model has another shape
   */
  public static InitialWeights warm(ModelConfig config, long seed, Path earlier, int[] oldRows) {
    return new InitialWeights(config, WarmWeights.of(config, seed, earlier, oldRows));
  }

  /**
   * Returns these weights with zeros as the id rows of some items.
   *
   * @param chosen (items) whether an item loses its id row
   */
  public InitialWeights withoutIds(boolean[] chosen) {
    return new InitialWeights(config, weights.withoutIds(chosen));
  }

  /** Creates a model that starts with these weights. */
  public TrainingModel begin(EngineOptions options) {
    return TrainingModel.of(config, weights, options);
  }
}
