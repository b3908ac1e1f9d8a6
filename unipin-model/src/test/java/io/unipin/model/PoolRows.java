package io.unipin.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.model.batch.PoolBlocks;
import java.util.Arrays;

/** Reads and writes rows of an {@link EnginePool} as Java arrays. */
final class PoolRows {
  private PoolRows() {}

  /** Returns all elements of a pool. */
  static float[] all(EnginePool pool) {
    try (NDArray copy = pool.tensor().toType(DataType.FLOAT32, true)) {
      return copy.toFloatArray();
    }
  }

  /** Returns the number of elements of a row in one layer. */
  static int width(KvLayout layout) {
    return 2 * layout.kvHeads() * layout.headDim();
  }

  /** Returns the index in the pool of a row's first element in a layer. */
  static int first(EngineRows rows, int layer, int row) {
    return (int) rows.start() + (layer * rows.capacity() + row) * width(rows.layout());
  }

  /** Returns a row's elements (2, kvHeads, headDim) in one layer. {@code all} is the pool. */
  static float[] row(float[] all, EngineRows rows, int layer, int row) {
    int from = first(rows, layer, row);
    return Arrays.copyOfRange(all, from, from + width(rows.layout()));
  }

  /**
   * Writes neighbouring rows of one layer.
   *
   * @param values (count, 2, kvHeads, headDim) elements of the rows
   */
  static void write(EngineRows rows, int layer, int row, float[] values) {
    NDArray pool = ((PoolBlocks.Pooled) rows.memory()).tensor();
    int from = first(rows, layer, row);
    NDIndex index = new NDIndex().addSliceDim(from, from + values.length);
    try (NDArray floats = pool.getManager().create(values);
        NDArray elements = floats.toType(pool.getDataType(), true)) {
      pool.set(index, elements);
    }
  }
}
