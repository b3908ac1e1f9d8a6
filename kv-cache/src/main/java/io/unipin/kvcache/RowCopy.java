package io.unipin.kvcache;

import java.nio.ByteBuffer;

/**
 * A copy of rows from one block of host memory into another of any capacity.
 *
 * <p>A plane is the keys or the values of one layer and head. The rows of a plane lie one after the
 * other without gaps, so one bulk copy per plane is enough. If the type has steps, a second bulk
 * copy per plane copies the steps.
 */
final class RowCopy {
  private RowCopy() {}

  /**
   * The location of rows in memory.
   *
   * @param memory memory with a block of {@code capacity} rows, which begins at byte {@code start}
   * @param row the first of the rows
   */
  record Place(ByteBuffer memory, int start, int capacity, int row) {}

  /** Copies the first {@code rows} rows of a block. */
  static void copy(HostRows from, HostRows to, int rows) {
    copy(from.layout(), first(from), first(to), rows);
  }

  private static Place first(HostRows block) {
    return new Place(block.memory(), 0, block.capacity(), 0);
  }

  /** Copies {@code rows} rows from one location to another. */
  static void copy(KvLayout layout, Place from, Place to, int rows) {
    ByteBuffer source = from.memory();
    ByteBuffer target = to.memory();
    int rowBytes = layout.rowBytes();
    int stepBytes = layout.type().stepBytes();
    int fromSteps = from.start() + (int) layout.elementBytes(from.capacity());
    int toSteps = to.start() + (int) layout.elementBytes(to.capacity());
    for (int plane = 0; plane < layout.planes(); plane++) {
      int fromRow = plane * from.capacity() + from.row();
      int toRow = plane * to.capacity() + to.row();
      int fromByte = from.start() + fromRow * rowBytes;
      target.put(to.start() + toRow * rowBytes, source, fromByte, rows * rowBytes);
      if (stepBytes > 0) {
        int fromStep = fromSteps + fromRow * stepBytes;
        target.put(toSteps + toRow * stepBytes, source, fromStep, rows * stepBytes);
      }
    }
  }
}
