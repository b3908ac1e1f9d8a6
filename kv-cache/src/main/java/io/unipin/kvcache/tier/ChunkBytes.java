package io.unipin.kvcache.tier;

import io.unipin.kvcache.ChunkRows;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The bytes of a chunk, in every tier: a header, the rows, and the state if the chunk has one. The
 * header names the format, the user, the model, the tokens and the rows. Numbers of the header and
 * of the state are big-endian. Rows have the byte order of the machine.
 */
public final class ChunkBytes {
  /** Names the format. The digit at the end changes when the layout of the bytes changes. */
  private static final long MAGIC = 0x55504B5643484B31L; // "UPKVCHK1" in ASCII

  static final int HEADER_BYTES = Long.BYTES + 3 * Id.BYTES + 3 * Integer.BYTES;

  private ChunkBytes() {}

  /** Returns a number that is equal for layouts whose rows have the same form. */
  public static long shape(KvLayout layout) {
    long shape = layout.type().bytes();
    shape = shape << 16 | layout.layers();
    shape = shape << 16 | layout.kvHeads();
    return shape << 24 | layout.headDim();
  }

  /** Returns the number of bytes of a chunk. */
  public static int size(KvLayout layout, ChunkName chunk) {
    return HEADER_BYTES + ChunkRows.bytes(layout, chunk.rows()) + chunk.stateSize() * Float.BYTES;
  }

  /** Writes a chunk of an entry at the buffer's position, and moves the position behind it. */
  public static void write(ByteBuffer to, EntryName entry, ChunkName chunk, KvSnapshot rows) {
    header(to, entry, chunk);
    rows.copy(chunk.start(), chunk.rows(), to);
    if (chunk.stateSize() > 0) {
      for (float number : Objects.requireNonNull(rows.state())) {
        to.putFloat(number);
      }
    }
  }

  private static void header(ByteBuffer to, EntryName entry, ChunkName chunk) {
    to.order(ByteOrder.BIG_ENDIAN).putLong(MAGIC);
    entry.user().write(to);
    entry.model().write(to);
    chunk.hash().write(to);
    to.putInt(chunk.start()).putInt(chunk.end()).putInt(chunk.stateSize());
  }

  /** Whether an array begins with the header of this chunk. */
  public static boolean isOf(byte[] bytes, EntryName entry, ChunkName chunk) {
    ByteBuffer expected = ByteBuffer.allocate(HEADER_BYTES);
    header(expected, entry, chunk);
    return bytes.length >= HEADER_BYTES
        && ByteBuffer.wrap(bytes, 0, HEADER_BYTES).equals(expected.flip());
  }

  /** Copies the chunk's rows into a block, beginning with row {@code from} of the entry. */
  public static void copyRows(byte[] bytes, ChunkName chunk, HostRows block, int from) {
    ChunkRows.copyIn(
        ByteBuffer.wrap(bytes).position(HEADER_BYTES),
        chunk.rows(),
        Math.max(0, from - chunk.start()),
        block,
        chunk.start());
  }

  /** Returns the state of a chunk that has one. */
  public static float[] state(byte[] bytes, ChunkName chunk, KvLayout layout) {
    float[] state = new float[chunk.stateSize()];
    ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
    numbers.position(HEADER_BYTES + ChunkRows.bytes(layout, chunk.rows()));
    numbers.asFloatBuffer().get(state);
    return state;
  }
}
