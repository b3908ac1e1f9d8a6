package io.unipin.kvcache;

/**
 * Rows in a tensor of the engine, which may lie on a device.
 *
 * <p>The block is {@code [layers, capacity, 2, kvHeads, headDim]}, contiguous. The third axis holds
 * keys (0) and values (1). So the tensor, seen as {@code [R, 2, kvHeads, headDim]}, holds row r of
 * layer l at row {@code start / (2 · kvHeads · headDim) + l · capacity + r}.
 *
 * @param memory the memory of the block. Code that knows the engine finds the tensor through it.
 * @param start the block's first element in the tensor, a multiple of {@code 2 · kvHeads · headDim}
 */
public record EngineRows(SlabMemory memory, long start, KvLayout layout, int capacity)
    implements KvRows {}
