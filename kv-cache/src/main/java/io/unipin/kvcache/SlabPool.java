package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The slabs under one byte budget, shared by layouts of any unit size. An empty slab may be cut
 * again for another unit size.
 *
 * <p>A slab is allocated when it is first needed, and is never freed. If the process has no memory
 * for another slab, the pool continues with the slabs that it has, and tries again after a pause
 * ({@link AttemptPause}). Thread-safe. Only a caller that needs a new slab waits for its memory.
 */
final class SlabPool {
  private final long budgetBytes;
  private final boolean debug;
  private final SlabSource source;
  private final AtomicLong leasedBytes = new AtomicLong();

  /** Held during the slow allocation of a slab's memory. Acquired before {@link #lock}. */
  private final ReentrantLock growing = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Slabs slabs;

  @GuardedBy("lock")
  private final Compaction compaction;

  /**
   * @param name the pool's name in the log
   * @param slabBytes bytes of a slab. When a slab is allocated for a layout, its size is rounded up
   *     to a multiple of that layout's largest block.
   * @param debug whether blocks remember the calls that took and freed them, and whether freed
   *     blocks are filled with NaN
   */
  SlabPool(String name, long budgetBytes, long slabBytes, boolean debug) {
    this(name, budgetBytes, slabBytes, debug, SlabSource.HOST, Ticker.systemTicker());
  }

  /**
   * @param source allocates the memory of a slab
   * @param ticker the clock of the pauses between failed allocations
   */
  SlabPool(
      String name,
      long budgetBytes,
      long slabBytes,
      boolean debug,
      SlabSource source,
      Ticker ticker) {
    this.budgetBytes = budgetBytes;
    this.debug = debug;
    this.source = source;
    this.slabs = new Slabs(name, budgetBytes, slabBytes, ticker);
    this.compaction = new Compaction(slabs.all());
  }

  long budgetBytes() {
    return budgetBytes;
  }

  boolean debug() {
    return debug;
  }

  /** Returns whether a block of {@code rows} rows would have room if there were no other blocks. */
  boolean fits(KvLayout layout, int rows) {
    long bytes = Slabs.blockBytes(layout, rows);
    lock.lock();
    try {
      return slabs.nextBytes(layout) >= bytes || slabs.has(bytes, Slabs.unitBytes(layout));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns a block with room for {@code rows} rows and with one lease on it, or null when no slab
   * has room.
   *
   * @throws IllegalArgumentException if the memory can't hold blocks of the layout
   */
  @Nullable KvBlock allocate(KvLayout layout, int rows) {
    source.require(layout);
    KvBlock block = allocateHere(layout, rows);
    if (block != null || !mayGrow(layout, rows)) {
      return block;
    }
    growing.lock();
    try {
      block = allocateHere(layout, rows); // the previous holder of `growing` may have added a slab
      return block == null && grow(layout, rows) ? allocateHere(layout, rows) : block;
    } finally {
      growing.unlock();
    }
  }

  /** Allocates a block like {@link #allocate}, but adds no slab. */
  private @Nullable KvBlock allocateHere(KvLayout layout, int rows) {
    int unitBytes = Slabs.unitBytes(layout);
    int order = layout.orderFor(rows);
    lock.lock();
    try {
      for (Slab slab : compaction.slabsOf(unitBytes)) {
        int start = slab.allocate(order);
        if (start >= 0) {
          return block(slab, start, order, layout);
        }
      }
      Slab slab = slabs.empty((long) unitBytes << order, unitBytes);
      if (slab == null) {
        return null;
      }
      slab.cut(unitBytes);
      return block(slab, slab.allocate(order), order, layout);
    } finally {
      lock.unlock();
    }
  }

  private boolean mayGrow(KvLayout layout, int rows) {
    return newSlabBytes(layout) >= Slabs.blockBytes(layout, rows);
  }

  private int newSlabBytes(KvLayout layout) {
    lock.lock();
    try {
      return slabs.nextBytes(layout);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a slab and returns whether there was memory for it. Does not hold {@link #lock} while the
   * memory is allocated.
   */
  @GuardedBy("growing")
  private boolean grow(KvLayout layout, int rows) {
    int bytes = newSlabBytes(layout);
    if (bytes < Slabs.blockBytes(layout, rows)) {
      return false;
    }
    try {
      add(new Slab(source.allocate(bytes, Slabs.unitBytes(layout)), debug));
      return true;
    } catch (OutOfMemoryError e) {
      noMemory();
      return false;
    }
  }

  private void add(Slab slab) {
    lock.lock();
    try {
      slabs.add(slab);
    } finally {
      lock.unlock();
    }
  }

  private void noMemory() {
    lock.lock();
    try {
      slabs.noMemory(source.remedy());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Allocates a block like {@link #allocate}. If all free runs are too short, joins free runs by
   * moving blocks without leases.
   */
  @Nullable KvBlock gather(KvLayout layout, int rows) {
    KvBlock block = allocate(layout, rows);
    if (block != null) {
      return block;
    }
    lock.lock();
    try {
      return compaction.join(Slabs.unitBytes(layout), layout.orderFor(rows))
          ? allocateHere(layout, rows)
          : null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Allocates a block like {@link #allocate}, in a slab that had another unit size. First empties a
   * slab whose blocks have room in the other slabs of their unit size.
   */
  @Nullable KvBlock takeOver(KvLayout layout, int rows) {
    lock.lock();
    try {
      return compaction.emptyOne(Slabs.unitBytes(layout), Slabs.blockBytes(layout, rows))
          ? allocateHere(layout, rows)
          : null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of free bytes in the slabs that may hold a layout's blocks. */
  long freeBytes(KvLayout layout) {
    lock.lock();
    try {
      return compaction.free(Slabs.unitBytes(layout));
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private KvBlock block(Slab slab, int start, int order, KvLayout layout) {
    KvBlock block = new KvBlock(this, slab, start, order, layout);
    slab.give(start, block);
    return block;
  }

  /**
   * Returns the blocks in the aligned run of {@code 2^order} units around a block. The run is free
   * once all of these blocks are gone.
   */
  List<KvBlock> around(KvBlock block, int order) {
    lock.lock();
    try {
      return block.slab().around(block.start(), order);
    } finally {
      lock.unlock();
    }
  }

  void free(Slab slab, int start) {
    lock.lock();
    try {
      slab.free(start);
    } finally {
      lock.unlock();
    }
  }

  long usedBytes() {
    lock.lock();
    try {
      return slabs.usedBytes();
    } finally {
      lock.unlock();
    }
  }

  long usedBytes(Slab slab) {
    lock.lock();
    try {
      return slab.usedBytes();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts a failure to find a long enough free run, and adds the current number of free bytes to a
   * sum.
   */
  void countLoss() {
    lock.lock();
    try {
      slabs.countLoss();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the mean number of free bytes at the failures that {@link #countLoss} counted; 0 if
   * there were no failures.
   */
  long lostBytes() {
    lock.lock();
    try {
      return slabs.lostBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the counter of the bytes of blocks with at least one lease. The blocks maintain it. */
  AtomicLong leasedBytes() {
    return leasedBytes;
  }
}
