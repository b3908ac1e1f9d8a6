package io.unipin.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The ranking pass of a model without KV: history and candidates at once, under a dense mask. What scoring from KV is
 * compared with; {@link ServingModel#score} gives the same probabilities to 1e-4.
 *
 * <p>Thread-safe.
 */
public final class DenseRanking implements AutoCloseable {
  private final ModelConfig config;
  private final TorchModule module;
  private final PtNDArray table;

  private DenseRanking(ModelFiles files, TorchModule module) {
    this.config = files.config();
    this.module = module;
    this.table =
        (PtNDArray)
            module.manager().create(files.items().toArray(), new Shape(files.items().shape()));
  }

  /**
   * Loads a model.
   *
   * @throws ModelException as {@link ServingModel#load}
   */
  public static DenseRanking load(Path directory, EngineOptions options) {
    ModelFiles files = ModelFiles.read(directory);
    return new DenseRanking(
        files, TorchModule.load(files.config(), files.weights(), options, false));
  }

  /**
   * Probability of every action for every candidate.
   *
   * @param candidates (k) catalogue rows
   * @return (k, actions)
   */
  public float[] score(TokenSequence tokens, int[] candidates, RequestContext context) {
    int n = tokens.size();
    int types = config.actions().size();
    float[] actions = new float[n * types];
    for (int t = 0; t < n; t++) {
      for (int c = 0; c < types; c++) {
        actions[t * types + c] = tokens.actions()[t] >>> c & 1;
      }
    }
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      return module.runToFloats(
          scope,
          "score_dense",
          IValue.from(table),
          longs(scope, tokens.items()),
          IValue.from((PtNDArray) scope.create(actions, new Shape(n, types))),
          longs(scope, tokens.surfaces()),
          longs(scope, tokens.gaps()),
          longs(scope, candidates),
          longs(scope, context.surface()),
          longs(scope, context.gap()));
    }
  }

  private static IValue longs(PtNDManager scope, int... values) {
    return IValue.from((PtNDArray) scope.create(Arrays.stream(values).asLongStream().toArray()));
  }

  /** Idempotent. No other call may be under way. */
  @Override
  public void close() {
    module.close();
  }
}
