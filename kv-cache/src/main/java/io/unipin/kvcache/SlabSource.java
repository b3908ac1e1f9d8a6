package io.unipin.kvcache;

/** Allocates memory for a cache's slabs. The memory is never given back. Thread-safe. */
@FunctionalInterface
public interface SlabSource {
  /** Memory of this process outside the heap. {@code -XX:MaxDirectMemorySize} limits it. */
  SlabSource HOST = (bytes, unitBytes) -> new HostMemory(bytes);

  /**
   * Allocates memory that the cache first cuts into units of {@code unitBytes} bytes. The first of
   * these units begins at offset 0.
   *
   * @throws OutOfMemoryError if there is not enough memory
   */
  SlabMemory allocate(int bytes, int unitBytes);

  /**
   * Returns whether the memory is host memory, whose bytes Java code may access. Tiers need host
   * memory.
   */
  default boolean isHost() {
    return true;
  }

  /**
   * Refuses a layout that this memory can't hold.
   *
   * @throws IllegalArgumentException if the memory can't hold blocks of the layout
   */
  default void require(KvLayout layout) {}

  /** Returns what the operator can do when there is no memory for another slab. */
  default String remedy() {
    return "raise -XX:MaxDirectMemorySize or lower the budget";
  }
}
