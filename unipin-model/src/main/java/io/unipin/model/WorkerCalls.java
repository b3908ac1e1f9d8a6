package io.unipin.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvRows;
import io.unipin.model.features.ModelConfig;

/**
 * Runs every call in the caller's thread. Each call is one native call that works on the block's
 * own memory without a copy. Thread-safe.
 */
final class WorkerCalls implements ModelCalls {
  private final ModelConfig config;
  private final TorchModule module;
  private final PtNDArray table;
  private final PtNDArray paths;

  /**
   * Creates calls that run the program of {@code module}.
   *
   * @param items table of the N items of the catalogue, the out-of-vocabulary item and V live items
   */
  WorkerCalls(ModelConfig config, TorchModule module, ItemTable items) {
    this.config = config;
    this.module = module;
    this.table = items.tensor();
    this.paths = items.paths();
  }

  @Override
  public float[] extend(Extend call) {
    Tokens tokens = call.tokens();
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      KvArrays arrays = over(scope, call.block());
      return module.runToFloats(
          scope,
          "extend",
          IValue.from(table),
          longs(scope, tokens.items()),
          floats(scope, tokens.actions(), tokens.size(), config.actions().size()),
          longs(scope, tokens.surfaces()),
          longs(scope, tokens.gaps()),
          IValue.from(arrays.elements()),
          IValue.from(arrays.steps()),
          IValue.from((long) call.from()));
    }
  }

  @Override
  public float[] score(Score call) {
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      KvArrays arrays = over(scope, call.block());
      return module.runToFloats(
          scope,
          "score",
          IValue.from(table),
          IValue.from(paths),
          longs(scope, call.candidates()),
          longs(scope, call.surface()),
          longs(scope, call.gap()),
          longs(scope, call.positions()),
          IValue.from(arrays.elements()),
          IValue.from(arrays.steps()),
          IValue.from((long) call.rows()));
    }
  }

  @Override
  public float[] queries(Query call) {
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      return module.runToFloats(
          scope,
          "queries",
          floats(scope, call.state(), 1, config.width()),
          floats(scope, call.outcomes(), call.count(), config.actions().size()),
          longs(scope, call.surface()),
          longs(scope, call.gap()),
          longs(scope, call.offsets()));
    }
  }

  @Override
  public float[] scoreDense(Dense call) {
    return new DenseScores(config, module, table, paths).score(call);
  }

  private static KvArrays over(NDManager scope, KvRows block) {
    HostRows rows = ModelCalls.onHost(block);
    return KvArrays.over(scope, rows.layout(), rows.memory(), rows.capacity());
  }

  private static IValue longs(NDManager scope, long... values) {
    return IValue.from((PtNDArray) scope.create(values));
  }

  private static IValue floats(NDManager scope, float[] values, int rows, int columns) {
    return IValue.from((PtNDArray) scope.create(values, new Shape(rows, columns)));
  }

  @Override
  public void close() {}
}
