package io.unipin.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.unipin.kvcache.KvLayout;
import java.nio.ByteBuffer;

/**
 * One user's keys and values in float32 as a tensor of the engine's, which is as long as they are and is made anew when they
 * grow: what blocks of the cache are compared with. One thread.
 */
public final class KvTensors implements AutoCloseable {
  private static final int ROWS_AXIS = 3;

  private final KvLayout layout;
  private final NDManager manager = Torch.newManager();
  private NDArray rows;

  /**
   * @param source direct, (layers, 2, kvHeads, count, headDim), copied
   */
  public KvTensors(KvLayout layout, ByteBuffer source, int count) {
    this.layout = layout;
    try (NDArray view = view(source, count)) {
      rows = view.duplicate();
    }
  }

  private NDArray view(ByteBuffer source, int count) {
    Shape shape = new Shape(layout.layers(), 2, layout.kvHeads(), count, layout.headDim());
    return KvArrays.array(manager, source, shape, ai.djl.ndarray.types.DataType.FLOAT32);
  }

  /** Adds rows, given as in the constructor, behind the first {@code keep}. */
  public void append(ByteBuffer source, int keep, int count) {
    try (NDArray more = view(source, count);
        NDArray kept = rows.get(":, :, :, :" + keep)) {
      NDArray longer = NDArrays.concat(new NDList(kept, more), ROWS_AXIS);
      rows.close();
      rows = longer;
    }
  }

  /** Returns the rows' number. */
  public long count() {
    return rows.getShape().get(ROWS_AXIS);
  }

  @Override
  public void close() {
    manager.close();
  }
}
