package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One large piece of off-heap memory, cut into units of one size for as long as a block of it is in use.
 *
 * <p>The only class that takes memory from outside the heap, or touches it with an offset of its own: every slice it
 * gives is bounds-checked by the JDK. Guarded by its pool's lock, but for {@link #slice}.
 */
final class Slab {
  /** Blocks start at cache lines. */
  static final int ALIGNMENT = 64;

  private final ByteBuffer memory;
  private int unitBytes;
  private BuddyAllocator units = new BuddyAllocator(0);

  /** By first unit: the block of a taken run. */
  private @Nullable KvBlock[] blocks = new KvBlock[0];

  Slab(int bytes) {
    memory = ByteBuffer.allocateDirect(bytes + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, bytes);
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
