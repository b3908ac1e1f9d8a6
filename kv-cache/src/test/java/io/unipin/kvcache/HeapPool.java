package io.unipin.kvcache;

import java.util.Arrays;

/**
 * A stand-in for the engine's memory: an array in which rows have the order of {@link EngineRows}.
 * It refuses accesses outside of sections. Not thread-safe.
 */
final class HeapPool implements SlabSource {
  private final byte[] bytes;
  private int taken;
  private int moves;

  /**
   * @param taken number of bytes before the first section, so that units don't begin at multiples
   *     of their size by chance
   */
  HeapPool(int bytes, int taken) {
    this.bytes = new byte[bytes];
    this.taken = taken;
  }

  @Override
  public boolean isHost() {
    return false;
  }

  @Override
  public SlabMemory allocate(int length, int unitBytes) {
    int start = (taken + unitBytes - 1) / unitBytes * unitBytes;
    if (start + length > bytes.length) {
      throw new OutOfMemoryError("the array is too short");
    }
    taken = start + length;
    return new Section(this, start, length);
  }

  /** Returns how many runs of bytes were moved. */
  int moves() {
    return moves;
  }

  boolean isZero() {
    return Arrays.equals(bytes, new byte[bytes.length]);
  }

  private static int offset(EngineRows rows, int plane, int row) {
    KvLayout layout = rows.layout();
    int heads = 2 * layout.kvHeads();
    int poolRow = plane / heads * rows.capacity() + row;
    long start = rows.start() * layout.type().bytes();
    return (int) start + (poolRow * heads + plane % heads) * layout.rowBytes();
  }

  /** Writes the elements of one row in one plane: the keys or the values of one layer and head. */
  static void put(EngineRows rows, int plane, int row, byte[] elements) {
    byte[] bytes = ((Section) rows.memory()).pool.bytes;
    System.arraycopy(elements, 0, bytes, offset(rows, plane, row), rows.layout().rowBytes());
  }

  /** Reads the elements of one row in one plane. */
  static void get(EngineRows rows, int plane, int row, byte[] elements) {
    byte[] bytes = ((Section) rows.memory()).pool.bytes;
    System.arraycopy(bytes, offset(rows, plane, row), elements, 0, rows.layout().rowBytes());
  }

  record Section(HeapPool pool, int base, long bytes) implements SlabMemory {
    @Override
    public long firstUnit(int unitBytes) {
      return Math.floorMod(-base, unitBytes);
    }

    @Override
    public void copy(long start, SlabMemory target, long to, long length) {
      Section other = (Section) target;
      System.arraycopy(
          pool.bytes, at(start, length), pool.bytes, other.at(to, length), (int) length);
      pool.moves++;
    }

    @Override
    public void blank(long start, long length, boolean poisons) {
      int from = at(start, length);
      Arrays.fill(pool.bytes, from, from + (int) length, (byte) (poisons ? 0xFF : 0));
    }

    private int at(long start, long length) {
      if (start < 0 || start + length > bytes) {
        throw new IndexOutOfBoundsException(start + " + " + length + " of " + bytes);
      }
      return base + (int) start;
    }

    @Override
    public void copyRows(KvRows from, KvRows to, int rows) {
      byte[] elements = new byte[from.layout().rowBytes()];
      for (int plane = 0; plane < from.layout().planes(); plane++) {
        for (int row = 0; row < rows; row++) {
          get((EngineRows) from, plane, row, elements);
          put((EngineRows) to, plane, row, elements);
        }
      }
    }

    @Override
    public EngineRows rows(long start, KvLayout layout, int capacity) {
      int first = at(start, layout.blockBytes(capacity));
      int rowBytes = 2 * layout.kvHeads() * layout.rowBytes();
      if (first % rowBytes != 0) {
        throw new IllegalStateException(first + " is no multiple of " + rowBytes);
      }
      return new EngineRows(this, first / layout.type().bytes(), layout, capacity);
    }
  }
}
