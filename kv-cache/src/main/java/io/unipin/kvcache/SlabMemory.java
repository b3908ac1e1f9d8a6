package io.unipin.kvcache;

/**
 * The memory of one slab: a run of bytes in host memory, or a section of a tensor of the engine.
 *
 * <p>All offsets are bytes from the beginning of this memory. If the memory lies on a device, a
 * method may return before the device has done the work. The device does all work in the order of
 * the calls, so a later call sees the result. Thread-safe as long as no two threads use the same
 * bytes.
 */
public interface SlabMemory {
  /** Returns the number of bytes. */
  long bytes();

  /**
   * Returns the offset of the first unit if the memory is cut into units of {@code unitBytes}
   * bytes. Host memory has its first unit at 0. The units of an engine's memory begin at multiples
   * of {@code unitBytes} in the engine's tensor.
   */
  long firstUnit(int unitBytes);

  /**
   * Copies {@code bytes} bytes from {@code start} to offset {@code to} of {@code target}, which is
   * memory of the same kind. The two runs do not overlap.
   */
  void copy(long start, SlabMemory target, long to, long bytes);

  /**
   * Overwrites {@code bytes} bytes from {@code start}.
   *
   * @param poisons whether the bytes become NaN, which shows a use of freed memory; otherwise they
   *     become zeros
   */
  void blank(long start, long bytes, boolean poisons);

  /**
   * Copies the first {@code rows} rows of a block of this memory into another block of the same
   * layout. The other block may have another capacity, and may lie in another memory of the same
   * kind.
   */
  void copyRows(KvRows from, KvRows to, int rows);

  /** Returns the rows of the block that begins at {@code start}. */
  KvRows rows(long start, KvLayout layout, int capacity);
}
