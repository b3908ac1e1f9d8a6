package io.unipin.model.batch;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;

/** Finds users' blocks in the pool, which is a tensor of the engine. */
public final class PoolBlocks {

  /** Memory whose blocks are in a tensor of the engine. */
  public interface Pooled {
    /**
     * Returns the tensor, which has one dimension. All blocks of a cache have the same tensor
     * object.
     */
    PtNDArray tensor();
  }

  private PoolBlocks() {}

  /** Returns the tensor that holds a block. */
  public static PtNDArray tensor(EngineRows rows) {
    if (rows.memory() instanceof Pooled pooled) {
      return pooled.tensor();
    }
    throw new IllegalArgumentException(
        "memory in a tensor of the engine expected, got "
            + rows.memory().getClass().getSimpleName());
  }

  /** Returns the name of the memory that holds a block. Blocks in one pool have equal names. */
  public static String memory(KvRows block) {
    return block instanceof EngineRows rows ? tensor(rows).getUid() : "host";
  }

  /** Returns the location of a block for a call that reads {@code used} rows of the block. */
  public static RaggedRows.BlockPlace place(KvRows block, int used) {
    long start = block instanceof EngineRows rows ? rows.start() / rowWidth(rows.layout()) : 0;
    return new RaggedRows.BlockPlace(used, start, block.capacity());
  }

  private static long rowWidth(KvLayout layout) {
    return 2L * layout.kvHeads() * layout.headDim();
  }

  /**
   * Refuses a block that a kernel cannot read, and a block that is not inside its pool.
   *
   * @throws IllegalArgumentException if the block is refused
   */
  public static void require(KvRows block, AttentionKernel kernel) {
    if (block instanceof EngineRows rows) {
      requireType(rows, kernel);
      requirePlace(rows);
    } else if (kernel != AttentionKernel.EACH) {
      throw new IllegalArgumentException(
          "rows in the device's memory expected, got " + HostRows.class.getSimpleName());
    }
  }

  private static void requireType(EngineRows rows, AttentionKernel kernel) {
    KvType type = rows.layout().type();
    DataType pool = tensor(rows).getDataType();
    boolean equal = type == KvType.FLOAT16 ? pool == DataType.FLOAT16 : pool == DataType.FLOAT32;
    if (type == KvType.INT8 || !equal) {
      throw new IllegalArgumentException(
          "keys and values of the pool's type %s expected, got %s".formatted(pool.name(), type));
    }
    if (kernel == AttentionKernel.FLASH && type != KvType.FLOAT16) {
      throw new IllegalArgumentException("keys and values in FLOAT16 expected, got " + type);
    }
  }

  private static void requirePlace(EngineRows rows) {
    long width = rowWidth(rows.layout());
    long count = (long) rows.layout().layers() * rows.capacity();
    long elements = tensor(rows).size();
    if (rows.start() < 0
        || rows.start() % width != 0
        || rows.start() / width + count > elements / width) {
      throw new IllegalArgumentException(
          "%s rows of %s elements in a pool of %s expected, got a block at %s"
              .formatted(count, width, elements, rows.start()));
    }
  }
}
