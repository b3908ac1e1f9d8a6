package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One large piece of off-heap memory, cut into units of one size for as long as a block of it is in use.
 *
 * <p>The only class that touches memory outside the heap with an offset of its own: every slice it gives is bounds-checked by
 * the JDK. Guarded by its pool's lock, but for {@link #slice} and {@link #overwrite}.
 */
final class Slab {
  /** Blocks start at cache lines. */
  static final int ALIGNMENT = 64;

  /** Float32 and float16 read it as not-a-number. */
  private static final byte POISON = (byte) 0xFF;

  private final ByteBuffer memory;

  /** Written over memory that goes back. */
  private final byte[] blank = new byte[1 << 14];

  private int unitBytes;
  private BuddyAllocator units = new BuddyAllocator(0);

  /** By first unit: the block of a taken run. */
  private @Nullable KvBlock[] blocks = new KvBlock[0];

  Slab(int bytes, boolean poisons) {
    if (poisons) {
      Arrays.fill(blank, POISON);
    }
    memory = OffHeap.allocate(bytes + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, bytes);
  }

  /** Returns the bytes of a unit, 0 when none was cut yet. */
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

  /** Cuts an empty slab into units of another size. */
  void cut(int bytes) {
    if (!isEmpty()) {
      throw new IllegalStateException("expected an empty slab, got " + usedBytes() + " used bytes");
    }
    unitBytes = bytes;
    units = new BuddyAllocator(memory.capacity() / bytes);
    blocks = new KvBlock[memory.capacity() / bytes];
  }

  /** Returns the first unit of a run of {@code 2^order} units, or -1. */
  int allocate(int order) {
    return units.allocate(order);
  }

  /** Says whose a taken run is. */
  void give(int start, KvBlock block) {
    blocks[start] = block;
  }

  void free(int start) {
    units.free(start);
    blocks[start] = null;
  }

  /** Leaves nothing of what was written to a run. */
  void overwrite(int start, int bytes) {
    ByteBuffer target = slice(start, bytes);
    while (target.hasRemaining()) {
      target.put(blank, 0, Math.min(blank.length, target.remaining()));
    }
  }

  /** Returns the first units of some free runs of {@code 2^order} units that aren't part of longer ones. */
  List<Integer> freeRuns(int order, int limit) {
    List<Integer> starts = new ArrayList<>();
    for (int start = units.nextFree(order, 0);
        start >= 0 && starts.size() < limit;
        start = units.nextFree(order, start + 1)) {
      starts.add(start);
    }
    return starts;
  }

  /** Says whether a run of so many units lies within the slab. */
  boolean contains(int start, int order) {
    return units.contains(start, order);
  }

  /** Moves the blocks of an aligned run of {@code 2^order} units, all of them frozen, to a free run of that length. */
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

  /** Moves a frozen block to another slab that is cut alike, unless there is no room. */
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

  /** Returns the blocks in the aligned run of {@code 2^order} units around a unit. */
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

  /** Returns the memory from a unit on, position 0, in native order. */
  ByteBuffer slice(int start, int bytes) {
    return memory.slice(start * unitBytes, bytes).order(ByteOrder.nativeOrder());
  }
}
