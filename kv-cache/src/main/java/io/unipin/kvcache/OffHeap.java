package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory outside the heap, bounded by {@code -XX:MaxDirectMemorySize}. The only class that takes any. */
public final class OffHeap {
  private OffHeap() {}

  /**
   * Takes zeroed memory, which goes back when nothing refers to it any more.
   *
   * @return position 0, native order
   * @throws OutOfMemoryError when there is not enough
   */
  public static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
