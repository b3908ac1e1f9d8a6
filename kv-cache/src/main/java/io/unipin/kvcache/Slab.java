package io.unipin.kvcache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One large piece of memory, cut into units of one size. An empty slab can be cut again.
 *
 * <p>The methods of a slab are guarded by its pool's lock, except {@link #rows}, {@link #copyRows}
 * and {@link #overwrite}.
 */
final class Slab {
  /**
   * The number of bytes of a cache line. Every block starts at a cache line, so unit sizes are
   * multiples of this number.
   */
  static final int ALIGNMENT = 64;

  private final SlabMemory memory;
  private final boolean poisons;
  private final int bytes;

  private int unitBytes;

  /** The offset of unit 0 in the memory. */
  private int firstUnit;

  private BuddyAllocator units = new BuddyAllocator(0);

  /** The blocks of the taken runs. A block's index is the first unit of its run. */
  private @Nullable KvBlock[] blocks = new KvBlock[0];

  /**
   * @param memory memory of at most 2 GiB
   * @param poisons whether freed memory is filled with NaN
   */
  Slab(SlabMemory memory, boolean poisons) {
    this.memory = memory;
    this.poisons = poisons;
    bytes = Math.toIntExact(memory.bytes());
  }

  /** Returns the number of bytes of a unit, 0 before the first cut. */
  int unitBytes() {
    return unitBytes;
  }

  int bytes() {
    return bytes;
  }

  /**
   * Returns how many bytes of the slab are left for units of {@code unitBytes} bytes. These bytes
   * begin where the first such unit would begin.
   */
  int bytesFor(int unitBytes) {
    return bytes - (int) memory.firstUnit(unitBytes);
  }

  long usedBytes() {
    return (long) units.usedUnits() * unitBytes;
  }

  boolean isEmpty() {
    return units.usedUnits() == 0;
  }

  /** Returns how many bytes no block uses, including the rest after the last unit. */
  int freeBytes() {
    return bytes - firstUnit - units.usedUnits() * unitBytes;
  }

  /** Cuts the slab, which must be empty, into units of {@code size} bytes. */
  void cut(int size) {
    if (!isEmpty()) {
      throw new IllegalStateException("an empty slab expected, got " + usedBytes() + " used bytes");
    }
    unitBytes = size;
    firstUnit = bytes - bytesFor(size);
    int count = bytesFor(size) / size;
    units = new BuddyAllocator(count);
    blocks = new KvBlock[count];
  }

  /** Takes a run of {@code 2^order} units and returns its first unit, or -1 when there is none. */
  int allocate(int order) {
    return units.allocate(order);
  }

  /** Sets the block of a taken run. */
  void give(int start, KvBlock block) {
    blocks[start] = block;
  }

  void free(int start) {
    units.free(start);
    blocks[start] = null;
  }

  /** Overwrites all bytes of a run. */
  void overwrite(int start, int length) {
    memory.blank(offset(start), length, poisons);
  }

  private long offset(int unit) {
    return firstUnit + (long) unit * unitBytes;
  }

  /**
   * Returns the first units of up to {@code limit} free runs of {@code 2^order} units. Ignores runs
   * that are part of longer free runs.
   */
  List<Integer> freeRuns(int order, int limit) {
    List<Integer> starts = new ArrayList<>();
    for (int start = units.nextFree(order, 0);
        start >= 0 && starts.size() < limit;
        start = units.nextFree(order, start + 1)) {
      starts.add(start);
    }
    return starts;
  }

  /** Returns whether a run of {@code 2^order} units from {@code start} lies within the slab. */
  boolean contains(int start, int order) {
    return units.contains(start, order);
  }

  /**
   * Moves the blocks of an aligned run of {@code 2^order} units to a free run of the same length.
   * All of these blocks are frozen.
   */
  void move(int from, Slab target, int to, int order) {
    List<KvBlock> moved = around(from, order);
    moveBytes(from, target, to, order);
    units.move(from, target.units, to, order);
    for (KvBlock block : moved) {
      int start = to + block.start() - from;
      blocks[block.start()] = null;
      target.blocks[start] = block;
      block.moved(target, start);
    }
  }

  /**
   * Moves a frozen block to another slab with the same unit size. Returns false if there is no
   * room.
   */
  boolean move(KvBlock block, Slab target) {
    int from = block.start();
    int order = block.order();
    int to = target.allocate(order);
    if (to < 0) {
      return false;
    }
    moveBytes(from, target, to, order);
    free(from);
    target.give(to, block);
    block.moved(target, to);
    return true;
  }

  private void moveBytes(int from, Slab target, int to, int order) {
    int length = unitBytes << order;
    memory.copy(offset(from), target.memory, target.offset(to), length);
    overwrite(from, length);
  }

  /** Returns all blocks, the longest first. */
  List<KvBlock> all() {
    List<KvBlock> found = new ArrayList<>();
    for (KvBlock block : blocks) {
      if (block != null) {
        found.add(block);
      }
    }
    found.sort(Comparator.comparingInt(KvBlock::order).reversed());
    return found;
  }

  /** Returns the blocks in the aligned run of {@code 2^order} units that contains a unit. */
  List<KvBlock> around(int unit, int order) {
    int first = unit >> order << order;
    List<KvBlock> found = new ArrayList<>();
    for (int i = first; i < Math.min(first + (1 << order), blocks.length); i++) {
      KvBlock block = blocks[i];
      if (block != null) {
        found.add(block);
      }
    }
    return found;
  }

  /** Returns the rows of the block that begins at unit {@code start}. */
  KvRows rows(int start, KvLayout layout, int capacity) {
    return memory.rows(offset(start), layout, capacity);
  }

  /** Copies rows of a block of this slab into another block. */
  void copyRows(KvRows from, KvRows to, int rows) {
    memory.copyRows(from, to, rows);
  }
}
