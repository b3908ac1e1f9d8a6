package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The only class that allocates memory outside the heap. {@code -XX:MaxDirectMemorySize} limits it.
 */
public final class OffHeap {
  private OffHeap() {}

  /**
   * Allocates zeroed memory. The JVM frees the memory once nothing refers to it any longer.
   *
   * @return a buffer with position 0, in native byte order
   * @throws OutOfMemoryError if there is not enough memory
   */
  public static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
