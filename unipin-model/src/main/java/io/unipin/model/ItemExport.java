package io.unipin.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;

/**
 * Prepares the tables of items that are written to disk with a trained model. The id rows of some
 * items become zeros, so the embeddings of these items depend on content and attributes alone. Not
 * thread-safe.
 *
 * @param content (items + 1, contentDim) content of all items, then of the out-of-vocabulary item
 * @param attributes attributes of all items, then of the out-of-vocabulary item
 * @param withoutIds rows of the items whose id rows become zeros
 */
record ItemExport(
    TorchModule module,
    ModelConfig config,
    float[] content,
    AttributeBags attributes,
    BitSet withoutIds) {

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
   * The tables that a model's file of items holds.
   *
   * @param embeddings (items + 1, itemDim) vectors of all items
   * @param paths (items + 1, contentPath) rows of all items in the content path
   */
  record Tables(float[] embeddings, float[] paths) {}

  /**
   * Returns the tables of all items as the processor computes them from these weights of the model.
   * A card may round products more coarsely, and a bundle's tables must not depend on the device
   * that trained the model.
   */
  Tables tablesOf(Weights weights) {
    try (TorchModule host =
        TorchModule.load(Program.Use.TRAINING, config, weights, EngineOptions.cpu())) {
      return new ItemExport(host, config, content, attributes, withoutIds).tables();
    }
  }

  /** Returns the tables of all items. The last row is the out-of-vocabulary item. */
  Tables tables() {
    int count = config.items() + 1;
    int e = config.itemDim();
    int x = config.contentPath();
    float[] rows = rows();
    float[] embeddings = new float[count * e];
    float[] paths = new float[count * x];
    for (int row = 0; row < count; row++) {
      System.arraycopy(rows, row * (e + x), embeddings, row * e, e);
      System.arraycopy(rows, row * (e + x) + e, paths, row * x, x);
    }
    return new Tables(embeddings, paths);
  }

  /** Returns the rows (items + 1, itemDim + contentPath) of all items. */
  private float[] rows() {
    int count = config.items() + 1;
    long[] all = new long[count];
    Arrays.setAll(all, i -> i);
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      float[] rows =
          module.runToFloats(
              scope,
              "item_embedding",
              longs(scope, all),
              floats(scope, content, count, config.contentDim()),
              longs(scope, attributes.buckets()),
              longs(scope, attributes.starts()));
      if (!withoutIds.isEmpty()) {
        putWithoutIds(scope, rows);
      }
      return rows;
    }
  }

  private void putWithoutIds(NDManager scope, float[] rows) {
    long[] chosen = withoutIds.stream().asLongStream().toArray();
    int dim = config.itemDim();
    int contentDim = config.contentDim();
    int length = dim + config.contentPath();
    float[] contents = new float[chosen.length * contentDim];
    for (int i = 0; i < chosen.length; i++) {
      int from = (int) chosen[i] * contentDim;
      System.arraycopy(content, from, contents, i * contentDim, contentDim);
    }
    AttributeBags own = attributes.chosen(chosen);
    float[] known =
        module.runToFloats(
            scope,
            "item_rows",
            floats(scope, new float[chosen.length * dim], chosen.length, dim),
            floats(scope, contents, chosen.length, contentDim),
            longs(scope, own.buckets()),
            longs(scope, own.starts()));
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(known, i * length, rows, (int) chosen[i] * length, length);
    }
  }

  private static IValue longs(NDManager scope, long[] values) {
    return IValue.from((PtNDArray) scope.create(values));
  }

  private static IValue floats(NDManager scope, float[] values, int rows, int columns) {
    return IValue.from((PtNDArray) scope.create(values, new Shape(rows, columns)));
  }
}
