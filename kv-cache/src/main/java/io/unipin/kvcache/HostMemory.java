package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Memory outside the heap that begins at a cache line.
 *
 * <p>Only this class cuts slices out of memory outside the heap. The JDK checks the bounds of the
 * slices.
 */
final class HostMemory implements SlabMemory {
  /**
   * The byte that fills freed memory in debug mode. A float32 or float16 number whose bytes all
   * have this value is NaN.
   */
  private static final byte POISON = (byte) 0xFF;

  private static final byte[] ZEROS = new byte[1 << 14];
  private static final byte[] POISONS = new byte[1 << 14];

  static {
    Arrays.fill(POISONS, POISON);
  }

  private final ByteBuffer memory;

  HostMemory(int bytes) {
    memory = OffHeap.allocate(bytes + Slab.ALIGNMENT).alignedSlice(Slab.ALIGNMENT).slice(0, bytes);
  }

  @Override
  public long bytes() {
    return memory.capacity();
  }

  @Override
  public long firstUnit(int unitBytes) {
    return 0;
  }

  @Override
  public void copy(long start, SlabMemory target, long to, long bytes) {
    ((HostMemory) target).memory.put((int) to, memory, (int) start, (int) bytes);
  }

  @Override
  public void blank(long start, long bytes, boolean poisons) {
    byte[] blank = poisons ? POISONS : ZEROS;
    ByteBuffer target = memory.slice((int) start, (int) bytes);
    while (target.hasRemaining()) {
      target.put(blank, 0, Math.min(blank.length, target.remaining()));
    }
  }

  @Override
  public void copyRows(KvRows from, KvRows to, int rows) {
    RowCopy.copy((HostRows) from, (HostRows) to, rows);
  }

  /** Returns a new slice on each call. Each slice has its own position. */
  @Override
  public HostRows rows(long start, KvLayout layout, int capacity) {
    ByteBuffer block = memory.slice((int) start, (int) layout.blockBytes(capacity));
    return new HostRows(block.order(ByteOrder.nativeOrder()), layout, capacity);
  }
}
