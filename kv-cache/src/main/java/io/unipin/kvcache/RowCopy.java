package io.unipin.kvcache;

import java.nio.ByteBuffer;

/**
 * A copy of the first rows of one block into another of any capacity.
 *
 * <p>The rows of a plane lie one after the other without gaps, so each plane takes one copy. A
 * plane is the keys or the values of one layer and head. If the type has steps, a second copy per
 * plane copies the steps.
 */
final class RowCopy {
  private RowCopy() {}

  /**
   * Copies the first {@code rows} rows. The caller holds a lease on each of the two blocks, and the
   * only lease on {@code to}.
   */
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
