package io.unipin.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.engine.NativeEngine;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The embeddings (N + 1 + V, E) of a loaded model's items, in memory outside the heap. Rows 0 to N
 * - 1 are the catalogue's items, row N is the out-of-vocabulary item, and the last V rows are room
 * for live items. A second table (N + 1 + V, X) holds the rows of the content path, a path from
 * item content to the scores that bypasses the transformer. X is 0 in a model without a content
 * path.
 *
 * <p>On the processor the program reads the memory in place through one tensor for each table. On
 * another device the tensors are copies on that device, and the memory outside the heap serves the
 * index and other readers. A tensor lives as long as the model, so its address and size never
 * change while a call runs. Thread-safe, except that a call may see a part of a row that {@link
 * #write} is writing.
 */
final class ItemTable {
  private static final int EMBEDDED_AT_ONCE = 1024;

  private final ModelConfig config;
  private final TorchModule module;
  private final NativeEngine.Tables memory;
  private final FloatBuffer numbers;
  private final FloatBuffer pathNumbers;
  private final int liveLimit;
  private final PtNDArray tensor;
  private final PtNDArray paths;
  private final boolean apart;
  private final BitSet learnedBuckets;

  /**
   * Creates the tables of a model.
   *
   * @param apart whether the program reads copies of the tables instead of the memory itself
   */
  ItemTable(ModelFiles files, TorchModule module, int liveLimit, boolean apart) {
    this.apart = apart;
    this.config = files.config();
    this.module = module;
    this.liveLimit = liveLimit;
    this.learnedBuckets = learned(files.weights().get(Program.ITEM_ATTRIBUTE), config.itemDim());
    FloatTensor rows = files.items().grown(liveLimit);
    this.numbers = rows.floats();
    this.tensor = array(rows);
    if (config.contentPath() == 0) {
      this.memory = new NativeEngine.Tables(tableRows(), rows.bytes(), null);
      this.pathNumbers = FloatBuffer.allocate(0);
      this.paths = (PtNDArray) module.manager().create(new float[0], new Shape(0));
    } else {
      FloatTensor past = files.paths().grown(liveLimit);
      this.memory = new NativeEngine.Tables(tableRows(), rows.bytes(), past.bytes());
      this.pathNumbers = past.floats();
      this.paths = array(past);
    }
  }

  private static BitSet learned(FloatTensor table, int width) {
    BitSet learned = new BitSet();
    FloatBuffer numbers = table.floats();
    for (int i = 0; i < numbers.limit(); i++) {
      if (numbers.get(i) != 0) {
        learned.set(i / width);
      }
    }
    return learned;
  }

  /** Returns a tensor over a table's memory, or a copy of the table on the device. */
  private PtNDArray array(FloatTensor rows) {
    PtNDArray tensor =
        KvArrays.array(module.manager(), rows.bytes(), new Shape(rows.shape()), DataType.FLOAT32);
    if (!apart || !module.onCpu()) {
      return tensor; // for another device, the engine has made a copy
    }
    try (PtNDArray memory = tensor) {
      return (PtNDArray) memory.duplicate();
    }
  }

  private int tableRows() {
    return config.items() + 1 + liveLimit;
  }

  /** Returns the memory of both tables. */
  NativeEngine.Tables memory() {
    return memory;
  }

  /** Returns the tensor over the memory of the embeddings. */
  PtNDArray tensor() {
    return tensor;
  }

  /** Returns the tensor (N + 1 + V, X) of the content path; (0) without such a path. */
  PtNDArray paths() {
    return paths;
  }

  /** Returns the buckets of attributes whose rows are not zeros. The result is a copy. */
  BitSet learnedBuckets() {
    return (BitSet) learnedBuckets.clone();
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
    return numbers.slice(0, numbersOf(tableRows())).asReadOnlyBuffer();
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

  /** Returns E + X, the length of an item's vector and its row of the content path together. */
  int rowLength() {
    return config.itemDim() + config.contentPath();
  }

  /**
   * Writes the row of a live item. A call that reads the same row at the same time may see only a
   * part of it.
   *
   * @param row (E + X) from {@link #embed}
   */
  void write(int slot, float[] row) {
    int at = liveRow(slot);
    if (row.length != rowLength()) {
      throw new IllegalArgumentException(
          "a vector of %s numbers expected, got %s".formatted(rowLength(), row.length));
    }
    for (float number : row) {
      if (!Float.isFinite(number)) {
        throw new IllegalArgumentException("a vector of finite numbers expected, got " + number);
      }
    }
    numbers.put(numbersOf(at), row, 0, config.itemDim());
    pathNumbers.put(at * config.contentPath(), row, config.itemDim(), config.contentPath());
    if (apart) {
      copyToDevice(tensor, at, row, 0, config.itemDim());
      if (config.contentPath() > 0) {
        copyToDevice(paths, at, row, config.itemDim(), row.length);
      }
    }
  }

  /**
   * Writes the numbers {@code [from, to)} of {@code row} to row {@code at} of a table on the
   * device.
   */
  private void copyToDevice(PtNDArray table, int at, float[] row, int from, int to) {
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      float[] numbers = Arrays.copyOfRange(row, from, to);
      PtNDArray device = (PtNDArray) scope.create(numbers, new Shape(1, to - from));
      module
          .run("put_row", IValue.from(table), IValue.from((long) at), IValue.from(device))
          .close();
    }
  }

  /**
   * Returns the rows (m, E + X) of items without an id: their unit vectors, each followed by the
   * item's row of the content path.
   *
   * @param content (m, F) content of the items
   * @param attributes attributes of the m items
   */
  float[] embed(float[] content, AttributeBags attributes) {
    int dim = config.contentDim();
    int count = attributes.items();
    if (!config.describesItems() && content.length + count > 0) {
      throw new IllegalArgumentException(
          "a model with content or attributes of items expected, got one without");
    }
    if (content.length != (long) count * dim) {
      throw new IllegalArgumentException(
          "content of %s numbers expected, got %s".formatted((long) count * dim, content.length));
    }
    float[] rows = new float[Math.multiplyExact(count, rowLength())];
    JniUtils.setGradMode(false);
    for (int from = 0; from < count; from += EMBEDDED_AT_ONCE) {
      int to = Math.min(count, from + EMBEDDED_AT_ONCE);
      float[] some =
          embedded(Arrays.copyOfRange(content, from * dim, to * dim), attributes.range(from, to));
      System.arraycopy(some, 0, rows, from * rowLength(), some.length);
    }
    return rows;
  }

  /**
   * Returns the rows of items of a model that reads no attributes, from their content (m, F).
   *
   * @throws IllegalArgumentException when the model has no content, or the length of {@code
   *     content} is not a multiple of F
   */
  float[] embed(float[] content) {
    int dim = config.contentDim();
    if (dim == 0 && content.length > 0) {
      throw new IllegalArgumentException("a model with content of items expected, got one without");
    }
    int count = dim == 0 ? 0 : content.length / dim;
    if (content.length != count * dim) {
      throw new IllegalArgumentException(
          "content of a multiple of %s numbers expected, got %s".formatted(dim, content.length));
    }
    return embed(content, AttributeBags.none(count));
  }

  private float[] embedded(float[] content, AttributeBags attributes) {
    try (PtNDManager scope = module.newManager()) {
      int count = attributes.items();
      PtNDArray noId = (PtNDArray) scope.zeros(new Shape(1, config.itemDim()));
      PtNDArray rows = (PtNDArray) scope.create(content, new Shape(count, config.contentDim()));
      return module.runToFloats(
          scope,
          "item_rows",
          IValue.from(noId),
          IValue.from(rows),
          IValue.from((PtNDArray) scope.create(attributes.buckets())),
          IValue.from((PtNDArray) scope.create(attributes.starts())));
    }
  }
}
