package io.unipin.kvcache;

import java.nio.ByteBuffer;

/** Copies the first rows of one block into another of any capacity: one strided copy per layer, K or V, and head. */
final class RowCopy {
  private RowCopy() {}

  /** The caller holds leases on both, and the only one on {@code to}. */
  static void copy(KvBlock from, KvBlock to, int rows) {
    KvLayout layout = from.layout();
    int rowBytes = layout.rowBytes();
    int fromPlane = from.capacity() * rowBytes;
    int toPlane = to.capacity() * rowBytes;
    ByteBuffer source = from.memory();
    ByteBuffer target = to.memory();
    for (int plane = 0; plane < layout.planes(); plane++) {
      target.put(plane * toPlane, source, plane * fromPlane, rows * rowBytes);
    }
  }
}
