package io.unipin.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The embeddings (N + 1 + V, E) of a loaded model's items, outside the heap. Rows 0 to N - 1 are
 * the catalogue's items, row N is the out-of-vocabulary item, and the last V rows are room for live
 * items.
 *
 * <p>The program reads the memory in place through one tensor, which lasts as long as the model. So
 * the table never changes its place or size while a call runs. Thread-safe, with the limit that
 * {@link #write} states.
 */
final class ItemTable {
  private static final int EMBEDDED_AT_ONCE = 1024;

  private final ModelConfig config;
  private final TorchModule module;
  private final FloatBuffer numbers;
  private final int liveLimit;
  private final PtNDArray tensor;

  ItemTable(ModelFiles files, TorchModule module, int liveLimit) {
    this.config = files.config();
    this.module = module;
    this.liveLimit = liveLimit;
    FloatTensor rows = files.items().grown(liveLimit);
    this.numbers = rows.floats();
    this.tensor =
        KvArrays.array(module.manager(), rows.bytes(), new Shape(rows.shape()), DataType.FLOAT32);
  }

  /** Returns the tensor over the memory. */
  PtNDArray tensor() {
    return tensor;
  }

  int liveLimit() {
    return liveLimit;
  }

  /** Returns the embeddings (N, E) of the catalogue; read-only. */
  FloatBuffer catalogue() {
    return numbers.slice(0, numbersOf(config.items())).asReadOnlyBuffer();
  }

  /** Returns a copy of the embeddings (N, E) of the catalogue on the heap. */
  float[] catalogueCopy() {
    float[] vectors = new float[numbersOf(config.items())];
    catalogue().get(vectors);
    return vectors;
  }

  /** Returns all rows (N + 1 + V, E); read-only. */
  FloatBuffer rows() {
    return numbers.slice(0, numbersOf(config.items() + 1 + liveLimit)).asReadOnlyBuffer();
  }

  private int numbersOf(int rows) {
    return Math.multiplyExact(rows, config.itemDim());
  }

  /**
   * Returns the row of a live item.
   *
   * @throws IllegalArgumentException when the table has no such slot
   */
  int liveRow(int slot) {
    if (slot < 0 || slot >= liveLimit) {
      throw new IllegalArgumentException(
          "slot below %s of a live item expected, got %s".formatted(liveLimit, slot));
    }
    return config.items() + 1 + slot;
  }

  /**
   * Writes the embedding of a live item. A call that reads the same row at the same time may see
   * only a part of the vector.
   */
  void write(int slot, float[] vector) {
    int row = liveRow(slot);
    if (vector.length != config.itemDim()) {
      throw new IllegalArgumentException(
          "a vector of %s numbers expected, got %s".formatted(config.itemDim(), vector.length));
    }
    for (float number : vector) {
      if (!Float.isFinite(number)) {
        throw new IllegalArgumentException("a vector of finite numbers expected, got " + number);
      }
    }
    numbers.put(numbersOf(row), vector);
  }

  /** Returns unit vectors (m, E) of items without an id, from their content (m, F). */
  float[] embed(float[] content) {
    int dim = config.contentDim();
    int count = dim == 0 ? 0 : content.length / dim;
    if (content.length != count * dim) {
      throw new IllegalArgumentException(
          dim == 0
              ? "a model with content of items expected, got one without"
              : "content of a multiple of %s numbers expected, got %s"
                  .formatted(dim, content.length));
    }
    float[] vectors = new float[numbersOf(count)];
    JniUtils.setGradMode(false);
    for (int from = 0; from < count; from += EMBEDDED_AT_ONCE) {
      int to = Math.min(count, from + EMBEDDED_AT_ONCE);
      float[] some = embedded(Arrays.copyOfRange(content, from * dim, to * dim), to - from);
      System.arraycopy(some, 0, vectors, numbersOf(from), some.length);
    }
    return vectors;
  }

  private float[] embedded(float[] content, int count) {
    try (PtNDManager scope = module.newManager()) {
      PtNDArray noId = (PtNDArray) scope.zeros(new Shape(1, config.itemDim()));
      PtNDArray rows = (PtNDArray) scope.create(content, new Shape(count, config.contentDim()));
      return module.runToFloats(scope, "embedded", IValue.from(noId), IValue.from(rows));
    }
  }
}
