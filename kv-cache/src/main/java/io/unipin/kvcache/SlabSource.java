package io.unipin.kvcache;

/** Allocates the memory of a cache's slabs, which is never given back. Thread-safe. */
@FunctionalInterface
public interface SlabSource {
  /** Memory of this process outside the heap, which {@code -XX:MaxDirectMemorySize} limits. */
  SlabSource HOST = (bytes, unitBytes) -> new HostMemory(bytes);

  /**
   * Allocates memory that is cut into units of {@code unitBytes} bytes at first. The first of these
   * units begins at offset 0.
   *
   * @throws OutOfMemoryError if there is not enough memory
   */
  SlabMemory allocate(int bytes, int unitBytes);

  /** Returns whether code may access the bytes of the memory. Tiers need this. */
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
