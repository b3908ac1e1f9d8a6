package io.unipin.kvcache;

import java.nio.ByteBuffer;

/**
 * Copies the first rows of one block into another of any capacity: one strided copy per layer, K or V, and head; where
 * the type has steps, another one for these.
 */
final class RowCopy {
  private RowCopy() {}

  /** The caller holds leases on both, and the only one on {@code to}. */
  static void copy(KvBlock from, KvBlock to, int rows) {
    KvLayout layout = from.layout();
    ByteBuffer source = from.memory();
    ByteBuffer target = to.memory();
    int rowBytes = layout.rowBytes();
    int stepBytes = layout.type().stepBytes();
    int fromSteps = (int) layout.elementBytes(from.capacity());
    int toSteps = (int) layout.elementBytes(to.capacity());
    for (int plane = 0; plane < layout.planes(); plane++) {
      int fromRow = plane * from.capacity();
      int toRow = plane * to.capacity();
      target.put(toRow * rowBytes, source, fromRow * rowBytes, rows * rowBytes);
      if (stepBytes > 0) {
        int fromStep = fromSteps + fromRow * stepBytes;
        target.put(toSteps + toRow * stepBytes, source, fromStep, rows * stepBytes);
      }
    }
  }
}
