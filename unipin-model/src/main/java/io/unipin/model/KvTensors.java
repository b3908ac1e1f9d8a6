package io.unipin.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.unipin.kvcache.KvLayout;
import java.nio.ByteBuffer;

/**
 * One user's keys and values as a float32 tensor of the engine. The tensor has exactly as many rows
 * as the user, and is reallocated when rows are added. Benchmarks compare such tensors with blocks
 * of the cache. Not thread-safe.
 */
public final class KvTensors implements AutoCloseable {
  private static final int ROWS_AXIS = 3;

  private final KvLayout layout;
  private final NDManager manager = Torch.newManager();
  private NDArray rows;

  /**
   * Copies rows.
   *
   * @param source direct buffer of float32 numbers (layers, 2, kvHeads, count, headDim)
   */
  public KvTensors(KvLayout layout, ByteBuffer source, int count) {
    this.layout = layout;
    boolean copied = false;
    try (NDArray view = view(source, count)) {
      rows = view.duplicate();
      copied = true;
    } finally {
      if (!copied) {
        manager.close();
      }
    }
  }

  private NDArray view(ByteBuffer source, int count) {
    Shape shape = new Shape(layout.layers(), 2, layout.kvHeads(), count, layout.headDim());
    return KvArrays.array(manager, source, shape, ai.djl.ndarray.types.DataType.FLOAT32);
  }

  /**
   * Keeps the first {@code keep} rows, drops the other rows, and appends {@code count} rows.
   * {@code source} has the format that the constructor takes.
   */
  public void append(ByteBuffer source, int keep, int count) {
    try (NDArray more = view(source, count);
        NDArray kept = rows.get(":, :, :, :" + keep)) {
      NDArray longer = NDArrays.concat(new NDList(kept, more), ROWS_AXIS);
      rows.close();
      rows = longer;
    }
  }

  /** Returns the number of rows. */
  public long count() {
    return rows.getShape().get(ROWS_AXIS);
  }

  @Override
  public void close() {
    manager.close();
  }
}
