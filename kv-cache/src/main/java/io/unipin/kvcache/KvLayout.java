package io.unipin.kvcache;

/**
 * The shape of one model's blocks.
 *
 * <p>A block is {@code [layers, 2, kvHeads, capacity, headDim]}, contiguous, in native byte order; the second axis
 * holds keys (0) and values (1). Where the type has steps, they follow as {@code [layers, 2, kvHeads, capacity]}. Its capacity is one of five size classes {@code unit · 2^j}, j = 0..4, with
 * {@code unit = ceil(maxRows / 16)}: a block is a power of two of units, so that a buddy allocator packs them without
 * loss, and the top class holds at most 15 rows more than {@code maxRows}.
 *
 * <p>Immutable.
 *
 * @param maxRows rows of the longest sequence, the learned first token included
 */
public record KvLayout(int layers, int kvHeads, int headDim, int maxRows, KvType type) {

  /** The order of the top size class: it holds {@code 2^TOP_ORDER} units. */
  static final int TOP_ORDER = 4;

  private static final int ROWS_PER_CALL = 64;

  /** A direct buffer is addressed by an int; the slack leaves room to round a unit up to a cache line. */
  private static final long MAX_BLOCK_BYTES = Integer.MAX_VALUE - (1 << 16);

  public KvLayout {
    requirePositive("layers", layers);
    requirePositive("kvHeads", kvHeads);
    requirePositive("headDim", headDim);
    requirePositive("maxRows", maxRows);
    long rowBytes = Math.multiplyExact((long) headDim, type.bytes()) + type.stepBytes();
    rowBytes = Math.multiplyExact(rowBytes, 2L * layers);
    rowBytes = Math.multiplyExact(rowBytes, kvHeads);
    long topRows = (long) unitRows(maxRows) << TOP_ORDER;
    if (Math.multiplyExact(rowBytes, topRows) > MAX_BLOCK_BYTES) {
      throw new IllegalArgumentException(
          "expected a block of at most " + MAX_BLOCK_BYTES + " bytes, got " + rowBytes * topRows);
    }
  }

  /** Returns the bytes of a block of {@code capacity} rows. */
  public long blockBytes(int capacity) {
    return (long) planes() * capacity * (rowBytes() + type.stepBytes());
  }

  /** Returns the bytes of a block's elements: where its steps begin. */
  public long elementBytes(int capacity) {
    return (long) planes() * capacity * rowBytes();
  }

  /**
   * Returns the smallest size class, in rows, that holds {@code rows}.
   *
   * @throws IllegalArgumentException when {@code rows} is not in 1..maxRows
   */
  public int capacityFor(int rows) {
    return unitRows() << orderFor(rows);
  }

  /** Returns j of the smallest size class {@code unit · 2^j} that holds {@code rows}. */
  int orderFor(int rows) {
    if (rows < 1 || rows > maxRows) {
      throw new IllegalArgumentException("expected 1 to " + maxRows + " rows, got " + rows);
    }
    int units = (rows + unitRows() - 1) / unitRows();
    return Integer.SIZE - Integer.numberOfLeadingZeros(units - 1);
  }

  /** Returns the rows of the smallest size class. */
  int unitRows() {
    return unitRows(maxRows);
  }

  /**
   * Returns about how long rows take to encode at once, in a unit of no meaning: linear layers of six times the width per
   * row, attention over the rows before it, and as much as for 64 rows for the call itself.
   */
  double encodingCost(int rows) {
    return layers * (rowsCost(rows) + rowsCost(ROWS_PER_CALL));
  }

  private double rowsCost(int rows) {
    return rows * (rows + 6.0 * kvHeads * headDim);
  }

  /** Returns the number of contiguous {@code [capacity, headDim]} planes of a block. */
  int planes() {
    return layers * 2 * kvHeads;
  }

  /** Returns the bytes of the elements of one row within one plane. */
  int rowBytes() {
    return headDim * type.bytes();
  }

  private static int unitRows(int maxRows) {
    return (int) ((maxRows + (1L << TOP_ORDER) - 1) >> TOP_ORDER);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("expected " + name + " of at least 1, got " + value);
    }
  }
}
