package io.unipin.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.features.ModelConfig;

/**
 * The TorchScript program's ranking pass of a model that was loaded {@linkplain
 * EngineOptions#withComparison for comparison}. It caches no keys and values. Thread-safe.
 *
 * @param table rows of the N items of the catalogue, the out-of-vocabulary item and V live items
 * @param paths rows of the same items in the content path ({@link ItemTable})
 */
record DenseScores(ModelConfig config, TorchModule module, PtNDArray table, PtNDArray paths) {

  /** Returns probabilities (k, C) of the C actions for the candidates. */
  float[] score(ModelCalls.Dense call) {
    ModelCalls.Tokens window = call.window();
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
          longs(scope, call.candidates()),
          longs(scope, call.surface()),
          longs(scope, call.gap()));
    }
  }

  private static IValue longs(NDManager scope, long... values) {
    return IValue.from((PtNDArray) scope.create(values));
  }
}
