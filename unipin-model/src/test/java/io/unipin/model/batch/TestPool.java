package io.unipin.model.batch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.SlabMemory;
import io.unipin.model.EngineDevice;
import io.unipin.model.Torch;

/**
 * A pool on the processor, full of NaN. It hands out blocks from its end to its beginning, with
 * gaps between them. Each new block therefore begins before the earlier blocks.
 */
public final class TestPool implements SlabMemory, PoolBlocks.Pooled, AutoCloseable {
  private final PtNDManager manager = Torch.newManager(EngineDevice.CPU);
  private final PtNDArray tensor;
  private long end;
  private int blocks;

  /** Creates a pool of {@code elements} elements. */
  public TestPool(KvType type, long elements) {
    DataType elementType = type == KvType.FLOAT16 ? DataType.FLOAT16 : DataType.FLOAT32;
    try (NDArray nan = manager.full(new Shape(elements), Float.NaN, DataType.FLOAT32)) {
      tensor = (PtNDArray) nan.toType(elementType, true);
    }
    end = elements;
  }

  /** Returns a new block. */
  public synchronized EngineRows block(KvLayout layout, int capacity) {
    long width = 2L * layout.kvHeads() * layout.headDim();
    long rows = (long) layout.layers() * capacity + blocks++ % 3;
    end = (end / width - rows) * width;
    return new EngineRows(this, end, layout, capacity);
  }

  @Override
  public PtNDArray tensor() {
    return tensor;
  }

  @Override
  public long bytes() {
    return tensor.size() * tensor.getDataType().getNumOfBytes();
  }

  @Override
  public long firstUnit(int unitBytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void copy(long start, SlabMemory target, long to, long bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void blank(long start, long bytes, boolean poisons) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void copyRows(KvRows from, KvRows to, int rows) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KvRows rows(long start, KvLayout layout, int capacity) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    manager.close();
  }
}
