package io.unipin.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.unipin.kvcache.KvLayout;
import io.unipin.model.features.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A user's block in the form that the program takes: arrays over the block's own memory.
 *
 * @param elements (layers, 2, kvHeads, capacity, headDim) of the layout's type
 * @param steps (layers, 2, kvHeads, capacity, 1) in float16: the quantisation step of each row, if
 *     the type has steps (see {@code KvType.INT8}). For other types this is {@code elements}, as a
 *     placeholder that the program does not read
 */
record KvArrays(PtNDArray elements, PtNDArray steps) {

  static KvArrays over(NDManager scope, KvLayout layout, ByteBuffer block, int capacity) {
    long bytes = layout.blockBytes(capacity);
    if (!block.isDirect() || block.position() != 0 || block.remaining() != bytes) {
      throw new IllegalArgumentException(
          "a direct block of %s bytes at position 0 expected, got %s at %s"
              .formatted(bytes, block.remaining(), block.position()));
    }
    int split = Math.toIntExact(layout.elementBytes(capacity));
    PtNDArray elements =
        array(
            scope,
            part(block, 0, split),
            shape(layout, capacity, layout.headDim()),
            switch (layout.type()) {
              case FLOAT32 -> DataType.FLOAT32;
              case FLOAT16 -> DataType.FLOAT16;
              case INT8 -> DataType.INT8;
            });
    if (split == bytes) {
      return new KvArrays(elements, elements);
    }
    ByteBuffer rest = part(block, split, (int) bytes - split);
    return new KvArrays(elements, array(scope, rest, shape(layout, capacity, 1), DataType.FLOAT16));
  }

  /** Wraps a direct buffer in an array without a copy. */
  static PtNDArray array(NDManager scope, ByteBuffer buffer, Shape shape, DataType type) {
    try {
      return (PtNDArray) scope.create(buffer, shape, type);
    } catch (EngineException e) {
      throw new ModelException("the engine did not take a buffer of shape " + shape, e);
    }
  }

  /**
   * Returns a part of a block as a buffer that starts at position 0, because the engine ignores a
   * buffer's position.
   */
  private static ByteBuffer part(ByteBuffer block, int from, int bytes) {
    return block.slice(from, bytes).order(ByteOrder.nativeOrder());
  }

  private static Shape shape(KvLayout layout, int capacity, int width) {
    return new Shape(layout.layers(), 2, layout.kvHeads(), capacity, width);
  }
}
