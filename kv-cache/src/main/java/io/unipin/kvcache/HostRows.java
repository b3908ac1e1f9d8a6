package io.unipin.kvcache;

import java.nio.ByteBuffer;

/**
 * Rows in host memory.
 *
 * @param memory {@code [layers, 2, kvHeads, capacity, headDim]}: a direct buffer in native byte
 *     order, with position 0 and limit {@code layout.blockBytes(capacity)}. A method that receives
 *     the buffer uses it only until the method returns.
 */
public record HostRows(ByteBuffer memory, KvLayout layout, int capacity) implements KvRows {}
