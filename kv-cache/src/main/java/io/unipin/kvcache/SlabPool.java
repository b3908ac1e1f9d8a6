package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slabs under one byte budget, shared by layouts of any unit size: a slab that is empty is cut anew for whoever
 * needs one.
 *
 * <p>Slabs are taken when first needed and kept. When the process has no memory for another one, the pool goes on with those it
 * has, and tries again after a while. Thread-safe: only callers who need a new slab wait for its memory.
 */
final class SlabPool {
  private static final Logger logger = LoggerFactory.getLogger(SlabPool.class);
  private static final int SLABS = 64;
  private static final long MAX_SLAB_BYTES = 1L << 30;

  private final String name;
  private final long budgetBytes;
  private final long slabBytes;
  private final boolean debug;
  private final IntFunction<Slab> memory;
  private final AtomicLong leasedBytes = new AtomicLong();

  /** Taken before {@link #lock}, for as long as memory for a slab is made, which takes up to a second. */
  private final ReentrantLock growing = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final List<Slab> slabs = new ArrayList<>();

  @GuardedBy("lock")
  private long reservedBytes;

  @GuardedBy("lock")
  private final Backoff backoff;

  @GuardedBy("lock")
  private final Compaction compaction = new Compaction(slabs);

  @GuardedBy("lock")
  private long shortages;

  @GuardedBy("lock")
  private long lostBytes;

  /**
   * @param name for the log
   * @param slabBytes a slab has so many, or a little more to hold whole top blocks of the layout it was taken for
   * @param debug remember where blocks are taken and given back, and poison them when they are
   */
  SlabPool(String name, long budgetBytes, long slabBytes, boolean debug) {
    this(
        name,
        budgetBytes,
        slabBytes,
        debug,
        bytes -> new Slab(bytes, debug),
        Ticker.systemTicker());
  }

  /**
   * @param memory makes a slab of so many bytes, or throws an {@link OutOfMemoryError}
   * @param ticker the clock of the tries for more memory
   */
  SlabPool(
      String name,
      long budgetBytes,
      long slabBytes,
      boolean debug,
      IntFunction<Slab> memory,
      Ticker ticker) {
    this.name = name;
    this.budgetBytes = budgetBytes;
    this.slabBytes = slabBytes;
    this.debug = debug;
    this.memory = memory;
    this.backoff = new Backoff(ticker);
  }

  /** Returns a slab size with which a budget makes 64 slabs, at most 1 GiB. */
  static long defaultSlabBytes(long budgetBytes) {
    return Math.min(budgetBytes / SLABS, MAX_SLAB_BYTES);
  }

  /** Returns the bytes of a layout's smallest block, rounded up to whole cache lines. */
  static int unitBytes(KvLayout layout) {
    int bytes = (int) layout.blockBytes(layout.unitRows());
    return (bytes + Slab.ALIGNMENT - 1) / Slab.ALIGNMENT * Slab.ALIGNMENT;
  }

  long budgetBytes() {
    return budgetBytes;
  }

  boolean debug() {
    return debug;
  }

  /** Says whether a block of so many rows would have room if nothing else was in use. */
  boolean fits(KvLayout layout, int rows) {
    long bytes = (long) unitBytes(layout) << layout.orderFor(rows);
    lock.lock();
    try {
      return newSlabBytes(layout) >= bytes
          || slabs.stream().anyMatch(slab -> slab.bytes() >= bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Returns a block that holds so many rows, with one lease on it, or null when no slab has room. */
  @Nullable KvBlock allocate(KvLayout layout, int rows) {
    KvBlock block = allocateHere(layout, rows);
    if (block != null || !mayGrow(layout, rows)) {
      return block;
    }
    growing.lock();
    try {
      block = allocateHere(layout, rows); // whoever was here before may have left room
      return block == null && grow(layout, rows) ? allocateHere(layout, rows) : block;
    } finally {
      growing.unlock();
    }
  }

  /** Like {@link #allocate}, in the slabs that there are. */
  private @Nullable KvBlock allocateHere(KvLayout layout, int rows) {
    int unitBytes = unitBytes(layout);
    int order = layout.orderFor(rows);
    lock.lock();
    try {
      for (Slab slab : compaction.slabsOf(unitBytes)) {
        int start = slab.allocate(order);
        if (start >= 0) {
          return block(slab, start, order, layout);
        }
      }
      Slab slab = emptySlab((long) unitBytes << order);
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
    lock.lock();
    try {
      return newSlabBytes(layout) >= (long) unitBytes(layout) << layout.orderFor(rows);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a slab more, without the lock while its memory is made; says whether there was memory for it. */
  @GuardedBy("growing")
  private boolean grow(KvLayout layout, int rows) {
    int bytes;
    lock.lock();
    try {
      bytes = newSlabBytes(layout);
    } finally {
      lock.unlock();
    }
    if (bytes < (long) unitBytes(layout) << layout.orderFor(rows)) {
      return false;
    }
    try {
      add(memory.apply(bytes));
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
      reservedBytes += slab.bytes();
      if (backoff.succeeded()) {
        logger.info("There is memory for the {} again", name);
      }
    } finally {
      lock.unlock();
    }
  }

  private void noMemory() {
    lock.lock();
    try {
      if (backoff.failed()) {
        logger.warn(
            "The {} got {} of its {} bytes: raise -XX:MaxDirectMemorySize or lower the budget",
            name,
            reservedBytes,
            budgetBytes);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Like {@link #allocate}; joins free runs that are too short, by moving blocks that nobody leases. */
  @Nullable KvBlock gather(KvLayout layout, int rows) {
    KvBlock block = allocate(layout, rows);
    if (block != null) {
      return block;
    }
    lock.lock();
    try {
      return compaction.join(unitBytes(layout), layout.orderFor(rows))
          ? allocateHere(layout, rows)
          : null;
    } finally {
      lock.unlock();
    }
  }

  /** Like {@link #allocate}, in a slab of another unit size that is emptied, when its blocks have room in those like it. */
  @Nullable KvBlock takeOver(KvLayout layout, int rows) {
    int unitBytes = unitBytes(layout);
    lock.lock();
    try {
      return compaction.emptyOne(unitBytes, (long) unitBytes << layout.orderFor(rows))
          ? allocateHere(layout, rows)
          : null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the free bytes of the slabs that a layout's blocks go to. */
  long freeBytes(KvLayout layout) {
    lock.lock();
    try {
      return compaction.free(unitBytes(layout));
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

  /** Returns the blocks that would have to go for a run of {@code 2^order} units to find room where a block is. */
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
      return slabs.stream().mapToLong(Slab::usedBytes).sum();
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

  /** Notes that no free run was long enough. */
  void countLoss() {
    lock.lock();
    try {
      shortages++;
      lostBytes += reservedBytes - slabs.stream().mapToLong(Slab::usedBytes).sum();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the free bytes at the moments that were noted, on average. */
  long lostBytes() {
    lock.lock();
    try {
      return shortages == 0 ? 0 : lostBytes / shortages;
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of blocks with at least one lease; kept by the blocks. */
  AtomicLong leasedBytes() {
    return leasedBytes;
  }

  @GuardedBy("lock")
  private @Nullable Slab emptySlab(long minBytes) {
    for (Slab slab : slabs) {
      if (slab.isEmpty() && slab.bytes() >= minBytes) {
        return slab;
      }
    }
    return null;
  }

  /**
   * Returns the bytes of the next slab, if one was taken for this layout: whole cache lines, 0 when all of the budget is
   * taken, or when there was no memory a moment ago.
   */
  @GuardedBy("lock")
  private int newSlabBytes(KvLayout layout) {
    long top = (long) unitBytes(layout) << KvLayout.TOP_ORDER;
    long wanted = Math.min((slabBytes + top - 1) / top * top, Math.max(top, MAX_SLAB_BYTES));
    long left = backoff.holds() ? 0 : Math.min(wanted, budgetBytes - reservedBytes);
    return (int) (left / Slab.ALIGNMENT * Slab.ALIGNMENT);
  }
}
