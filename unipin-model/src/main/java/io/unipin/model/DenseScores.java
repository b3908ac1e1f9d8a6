package io.unipin.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.features.ModelConfig;

/**
 * The ranking pass of a model that was loaded
 * {@linkplain EngineOptions#withComparison for comparison}. It caches no keys and values.
 * Thread-safe.
 */
final class DenseScores {
  private final ModelConfig config;
  private final TorchModule module;
  private final PtNDArray table;
  private final PtNDArray paths;

  /**
   * Creates the pass. {@code module} runs it.
   *
   * @param items table of the N items of the catalogue, the out-of-vocabulary item and V live items
   */
  DenseScores(ModelConfig config, TorchModule module, ItemTable items) {
    this.config = config;
    this.module = module;
    this.table = items.tensor();
    this.paths = items.paths();
  }

  /**
   * Returns probabilities (k, C) of the C actions for candidates (k). The history is a whole
   * window.
   */
  float[] score(ModelCalls.Tokens window, long[] candidates, long surface, long gap) {
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      Shape actions = new Shape(window.size(), config.actions().size());
      return module.runToFloats(
          scope,
          "score_dense",
          IValue.from(table),
          IValue.from(paths),
          longs(scope, window.items()),
          IValue.from((PtNDArray) scope.create(window.actions(), actions)),
          longs(scope, window.surfaces()),
          longs(scope, window.gaps()),
          longs(scope, candidates),
          longs(scope, surface),
          longs(scope, gap));
    }
  }

  private static IValue longs(NDManager scope, long... values) {
    return IValue.from((PtNDArray) scope.create(values));
  }
}
