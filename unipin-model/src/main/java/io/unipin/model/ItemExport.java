package io.unipin.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;

/**
 * Prepares the items of a model under training for a written model. The id rows of some items
 * become zeros, so the embeddings of these items depend on content alone. Not thread-safe.
 *
 * @param content (items + 1, contentDim) content of all items, then of the out-of-vocabulary item
 * @param withoutIds rows of the items whose id rows become zeros
 */
record ItemExport(TorchModule module, ModelConfig config, float[] content, BitSet withoutIds) {

  /** Returns the weights with zeros in the id rows of {@code withoutIds}. */
  Weights weights(Weights weights) {
    if (withoutIds.isEmpty()) {
      return weights;
    }
    FloatTensor table = weights.get(Program.ITEM_ID);
    float[] ids = table.toArray();
    int dim = config.itemDim();
    withoutIds.stream().forEach(row -> Arrays.fill(ids, row * dim, (row + 1) * dim, 0));
    return weights.with(Map.of(Program.ITEM_ID, FloatTensor.of(ids, table.shape())));
  }

  /**
   * Returns the embeddings (items + 1, itemDim) of all items, then of the out-of-vocabulary item.
   */
  float[] embeddings() {
    int count = config.items() + 1;
    long[] rows = new long[count];
    Arrays.setAll(rows, i -> i);
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      float[] embeddings =
          module.runToFloats(
              scope,
              "item_embedding",
              IValue.from((PtNDArray) scope.create(rows)),
              floats(scope, content, count, config.contentDim()));
      if (!withoutIds.isEmpty()) {
        putByContent(scope, embeddings);
      }
      return embeddings;
    }
  }

  private void putByContent(NDManager scope, float[] embeddings) {
    int[] rows = withoutIds.stream().toArray();
    int dim = config.itemDim();
    int contentDim = config.contentDim();
    float[] chosen = new float[rows.length * contentDim];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(content, rows[i] * contentDim, chosen, i * contentDim, contentDim);
    }
    float[] known =
        module.runToFloats(
            scope,
            "embedded",
            floats(scope, new float[rows.length * dim], rows.length, dim),
            floats(scope, chosen, rows.length, contentDim));
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(known, i * dim, embeddings, rows[i] * dim, dim);
    }
  }

  private static IValue floats(NDManager scope, float[] values, int rows, int columns) {
    return IValue.from((PtNDArray) scope.create(values, new Shape(rows, columns)));
  }
}
