package io.unipin.kvcache;

import java.nio.ByteBuffer;

/**
 * Copies rows between a block and a chunk of a {@link KvTier}.
 *
 * <p>A chunk of r rows is {@code [layers, 2, kvHeads, r, headDim]}. If the type has steps, they
 * follow as {@code [layers, 2, kvHeads, r]}. Each number has the same bytes in the chunk as in the
 * block.
 */
public final class ChunkRows {
  private ChunkRows() {}

  /** Returns the number of bytes of a chunk of {@code rows} rows. */
  public static int bytes(KvLayout layout, int rows) {
    return (int) layout.blockBytes(rows);
  }

  /**
   * Copies rows {@code [from, from + rows)} of a block into the chunk, at the buffer's position.
   * Moves this position behind the copied rows.
   */
  public static void copyOut(HostRows block, int from, int rows, ByteBuffer chunk) {
    KvLayout layout = block.layout();
    int start = chunk.position();
    RowCopy.copy(
        layout,
        new RowCopy.Place(block.memory(), 0, block.capacity(), from),
        new RowCopy.Place(chunk, start, rows, 0),
        rows);
    chunk.position(start + bytes(layout, rows));
  }

  /**
   * Copies the rows of a chunk into rows {@code [to, to + rows)} of a block. The chunk begins at
   * the buffer's position and has {@code rows} rows. Leaves out the first {@code skipped} rows.
   * Does not move the position.
   */
  public static void copyIn(ByteBuffer chunk, int rows, int skipped, HostRows block, int to) {
    RowCopy.copy(
        block.layout(),
        new RowCopy.Place(chunk, chunk.position(), rows, skipped),
        new RowCopy.Place(block.memory(), 0, block.capacity(), to + skipped),
        rows - skipped);
  }
}
