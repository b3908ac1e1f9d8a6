package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One large piece of off-heap memory, cut into units of one size. An empty slab can be cut again.
 *
 * <p>Only this class cuts slices out of memory outside the heap. The JDK checks the bounds of the
 * slices. The methods of a slab are guarded by its pool's lock, except {@link #slice} and
 * {@link #overwrite}.
 */
final class Slab {
  /**
   * The number of bytes of a cache line. Every block starts at a cache line, so unit sizes are
   * multiples of this number.
   */
  static final int ALIGNMENT = 64;

  /**
   * The byte that fills freed memory in debug mode. An element of float32 or float16 that consists
   * of this byte is NaN.
   */
  private static final byte POISON = (byte) 0xFF;

  private final ByteBuffer memory;

  /** The bytes that overwrite freed memory. */
  private final byte[] blank = new byte[1 << 14];

  private int unitBytes;
  private BuddyAllocator units = new BuddyAllocator(0);

  /** The blocks of the taken runs. A block's index is the first unit of its run. */
  private @Nullable KvBlock[] blocks = new KvBlock[0];

  Slab(int bytes, boolean poisons) {
    if (poisons) {
      Arrays.fill(blank, POISON);
    }
    memory = OffHeap.allocate(bytes + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, bytes);
  }

  /** Returns the number of bytes of a unit, 0 before the first cut. */
  int unitBytes() {
    return unitBytes;
  }

  int bytes() {
    return memory.capacity();
  }

  long usedBytes() {
    return (long) units.usedUnits() * unitBytes;
  }

  boolean isEmpty() {
    return units.usedUnits() == 0;
  }

  /** Cuts the slab, which must be empty, into units of {@code bytes} bytes. */
  void cut(int bytes) {
    if (!isEmpty()) {
      throw new IllegalStateException("an empty slab expected, got " + usedBytes() + " used bytes");
    }
    unitBytes = bytes;
    units = new BuddyAllocator(memory.capacity() / bytes);
    blocks = new KvBlock[memory.capacity() / bytes];
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
  void overwrite(int start, int bytes) {
    ByteBuffer target = slice(start, bytes);
    while (target.hasRemaining()) {
      target.put(blank, 0, Math.min(blank.length, target.remaining()));
    }
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
    int bytes = unitBytes << order;
    target.memory.put(to * unitBytes, memory, from * unitBytes, bytes);
    overwrite(from, bytes);
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
    int bytes = unitBytes << order;
    target.memory.put(to * unitBytes, memory, from * unitBytes, bytes);
    overwrite(from, bytes);
    free(from);
    target.give(to, block);
    block.moved(target, to);
    return true;
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

  /**
   * Returns a buffer of {@code bytes} bytes that starts at a unit. Its position is 0, and its byte
   * order is native.
   */
  ByteBuffer slice(int start, int bytes) {
    return memory.slice(start * unitBytes, bytes).order(ByteOrder.nativeOrder());
  }
}
