package io.unipin.kvcache;

/**
 * The rows of a block in a tensor of the engine. The tensor may lie on a device.
 *
 * <p>The block is {@code [layers, capacity, 2, kvHeads, headDim]}, contiguous. The third axis holds
 * keys (0) and values (1). Seen as {@code [R, 2, kvHeads, headDim]}, the tensor has R rows. Row r
 * of layer l of the block is row {@code start / (2 · kvHeads · headDim) + l · capacity + r} of the
 * tensor.
 *
 * @param memory the memory of the block. Code that knows the engine finds the tensor through this
 *     memory.
 * @param start the block's first element in the tensor, a multiple of {@code 2 · kvHeads · headDim}
 */
public record EngineRows(SlabMemory memory, long start, KvLayout layout, int capacity)
    implements KvRows {}
