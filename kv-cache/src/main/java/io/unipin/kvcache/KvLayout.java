package io.unipin.kvcache;

/**
 * The shape of one model's blocks.
 *
 * <p>A block in host memory is {@code [layers, 2, kvHeads, capacity, headDim]}, contiguous, in
 * native byte order. The second axis holds keys (0) and values (1). If the element type has steps
 * (see {@link KvType#INT8}), the steps follow the elements as {@code [layers, 2, kvHeads,
 * capacity]}. {@link EngineRows} describes a block in memory of the engine.
 *
 * <p>The capacity is one of five size classes {@code unit · 2^j}, j = 0..4, with
 * {@code unit = ceil(maxRows / 16)}. So the number of units of a block is a power of two, and a
 * buddy allocator packs such blocks without loss. The top class holds at most 15 rows more than
 * {@code maxRows}.
 *
 * <p>Immutable.
 *
 * @param maxRows number of rows of the longest sequence, the learned first token included
 */
public record KvLayout(int layers, int kvHeads, int headDim, int maxRows, KvType type) {

  /** The order of the top size class, which holds {@code 2^TOP_ORDER} units. */
  static final int TOP_ORDER = 4;

  /** The fixed cost of one call of the model, expressed in rows. */
  private static final int ROWS_PER_CALL = 64;

  /**
   * The largest size of a block in bytes. The size of a direct buffer is an int. The limit lies a
   * little below the largest int, so that every unit can be rounded up to whole cache lines.
   */
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
          "a block of at most " + MAX_BLOCK_BYTES + " bytes expected, got " + rowBytes * topRows);
    }
  }

  /** Returns the number of bytes of a block of {@code capacity} rows. */
  public long blockBytes(int capacity) {
    return (long) planes() * capacity * (rowBytes() + type.stepBytes());
  }

  /**
   * Returns the bytes that a block with room for {@code rows} rows takes from the budget of a
   * cache. Each unit of a block begins at a cache line. So a small block takes more than its {@link
   * #blockBytes}.
   *
   * @throws IllegalArgumentException if {@code rows} is not in 1..maxRows
   */
  public long budgetBytes(int rows) {
    return Slabs.blockBytes(this, rows);
  }

  /** Returns the number of bytes of a block's elements. The steps begin at this offset. */
  public long elementBytes(int capacity) {
    return (long) planes() * capacity * rowBytes();
  }

  /**
   * Returns the smallest size class, in rows, that holds {@code rows} rows.
   *
   * @throws IllegalArgumentException if {@code rows} is not in 1..maxRows
   */
  public int capacityFor(int rows) {
    return unitRows() << orderFor(rows);
  }

  /** Returns j of the smallest size class {@code unit · 2^j} that holds {@code rows} rows. */
  int orderFor(int rows) {
    if (rows < 1 || rows > maxRows) {
      throw new IllegalArgumentException("1 to " + maxRows + " rows expected, got " + rows);
    }
    int units = (rows + unitRows() - 1) / unitRows();
    return Integer.SIZE - Integer.numberOfLeadingZeros(units - 1);
  }

  /** Returns the number of rows of a unit, which is the smallest size class. */
  int unitRows() {
    return unitRows(maxRows);
  }

  /**
   * Returns the approximate cost of encoding {@code rows} rows in one call of the model. Only
   * ratios of costs are meaningful.
   *
   * <p>Per layer, with width = kvHeads · headDim, n rows cost {@code n · (n + 6 · width)}: n² for
   * attention over the rows, and the rest for linear maps. The call itself costs as much as
   * encoding {@link #ROWS_PER_CALL} rows.
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

  /** Returns how many bytes the elements of one row take in one plane. */
  int rowBytes() {
    return headDim * type.bytes();
  }

  private static int unitRows(int maxRows) {
    return (int) ((maxRows + (1L << TOP_ORDER) - 1) >> TOP_ORDER);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " of at least 1 expected, got " + value);
    }
  }
}
