package io.unipin.kvcache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slabs under one byte budget, shared by layouts of any unit size: a slab that is empty is cut anew for whoever
 * needs one.
 *
 * <p>Slabs are taken when first needed and kept. Thread-safe.
 */
final class SlabPool {
  private static final Logger logger = LoggerFactory.getLogger(SlabPool.class);
  private static final int SLABS = 64;
  private static final long MAX_SLAB_BYTES = 1L << 30;

  /** Free runs of a slab that are looked at, at most, for two to join. */
  private static final int RUNS_PER_SLAB = 4;

  private final String name;
  private final long budgetBytes;
  private final long slabBytes;
  private final boolean debug;
  private final AtomicLong leasedBytes = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final List<Slab> slabs = new ArrayList<>();

  @GuardedBy("lock")
  private long reservedBytes;

  @GuardedBy("lock")
  private boolean exhausted;

  /** Being emptied: nothing goes there. */
  @GuardedBy("lock")
  private @Nullable Slab leaving;

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
    this.name = name;
    this.budgetBytes = budgetBytes;
    this.slabBytes = slabBytes;
    this.debug = debug;
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
    int unitBytes = unitBytes(layout);
    int order = layout.orderFor(rows);
    lock.lock();
    try {
      for (Slab slab : slabsOf(unitBytes)) {
        int start = slab.allocate(order);
        if (start >= 0) {
          return block(slab, start, order, layout);
        }
      }
      Slab slab = emptySlab(layout, (long) unitBytes << order);
      if (slab == null) {
        return null;
      }
      slab.cut(unitBytes);
      return block(slab, slab.allocate(order), order, layout);
    } finally {
      lock.unlock();
    }
  }

  /** Like {@link #allocate}; joins free runs that are too short, by moving blocks that nobody leases. */
  @Nullable KvBlock gather(KvLayout layout, int rows) {
    lock.lock();
    try {
      KvBlock block = allocate(layout, rows);
      return block == null && join(unitBytes(layout), layout.orderFor(rows))
          ? allocate(layout, rows)
          : block;
    } finally {
      lock.unlock();
    }
  }

  /*
   * Two free runs of one length make one of twice the length: what is in the buddy of the first moves to the second, as it
   * lies. So with more than 2^order free units under idle blocks there is always a run of as many; no more than that is
   * copied.
   */
  @GuardedBy("lock")
  private boolean join(int unitBytes, int order) {
    int half = order - 1;
    if (half < 0) {
      return false;
    }
    List<Run> free = freeRuns(unitBytes, half);
    while (free.size() < 2) {
      if (!join(unitBytes, half)) {
        return false;
      }
      free = freeRuns(unitBytes, half);
      if (isFree(unitBytes, order)) {
        return true; // the new one's buddy was the other
      }
    }
    free.sort(Comparator.comparingInt(run -> run.slab().around(run.buddy(half), half).size()));
    for (int i = 0; i < free.size(); i++) {
      Run first = free.get(i);
      Run second = free.get(i == 0 ? free.size() - 1 : 0);
      if (first.slab().contains(first.buddy(half), half) && clear(first, second, half)) {
        return true;
      }
    }
    return false;
  }

  /** A run of units of a slab from one on. */
  private record Run(Slab slab, int start) {
    int buddy(int order) {
      return start ^ (1 << order);
    }
  }

  @GuardedBy("lock")
  private List<Run> freeRuns(int unitBytes, int order) {
    List<Run> runs = new ArrayList<>();
    for (Slab slab : slabsOf(unitBytes)) {
      slab.freeRuns(order, RUNS_PER_SLAB).forEach(start -> runs.add(new Run(slab, start)));
    }
    return runs;
  }

  @GuardedBy("lock")
  private boolean isFree(int unitBytes, int order) {
    for (int longer = order; longer <= KvLayout.TOP_ORDER; longer++) {
      if (!freeRuns(unitBytes, longer).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Moves what is in the buddy of a free run to another free run. */
  @GuardedBy("lock")
  private boolean clear(Run run, Run target, int order) {
    int buddy = run.buddy(order);
    List<KvBlock> blocks = run.slab().around(buddy, order);
    int frozen = 0;
    while (frozen < blocks.size() && blocks.get(frozen).tryFreeze()) {
      frozen++;
    }
    boolean allIdle = frozen == blocks.size();
    if (allIdle) {
      run.slab().move(buddy, target.slab(), target.start(), order);
    }
    blocks.subList(0, frozen).forEach(KvBlock::thaw);
    return allIdle;
  }

  /** Like {@link #allocate}, in a slab of another unit size that is emptied, when its blocks have room in those like it. */
  @Nullable KvBlock takeOver(KvLayout layout, int rows) {
    int unitBytes = unitBytes(layout);
    lock.lock();
    try {
      for (Slab slab : leastUsed(unitBytes, (long) unitBytes << layout.orderFor(rows))) {
        leaving = slab;
        boolean isEmpty = hasRoomElsewhere(slab) && moveAllElsewhere(slab);
        leaving = null;
        if (isEmpty) {
          return allocate(layout, rows);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Of every other unit size the slab that is used least, if it is long enough. */
  @GuardedBy("lock")
  private Collection<Slab> leastUsed(int otherThanUnitBytes, long minBytes) {
    Map<Integer, Slab> least = new HashMap<>();
    for (Slab slab : slabs) {
      if (slab.unitBytes() != otherThanUnitBytes && slab.bytes() >= minBytes) {
        least.merge(slab.unitBytes(), slab, (a, b) -> b.usedBytes() < a.usedBytes() ? b : a);
      }
    }
    return least.values();
  }

  /** The slabs that blocks of a unit size go to. */
  @GuardedBy("lock")
  private List<Slab> slabsOf(int unitBytes) {
    List<Slab> found = new ArrayList<>();
    for (Slab slab : slabs) {
      if (slab.unitBytes() == unitBytes && slab != leaving) {
        found.add(slab);
      }
    }
    return found;
  }

  @GuardedBy("lock")
  private boolean hasRoomElsewhere(Slab slab) {
    return free(slab.unitBytes()) >= slab.usedBytes();
  }

  @GuardedBy("lock")
  private long free(int unitBytes) {
    return slabsOf(unitBytes).stream().mapToLong(slab -> slab.bytes() - slab.usedBytes()).sum();
  }

  /** Returns the free bytes of the slabs that a layout's blocks go to. */
  long freeBytes(KvLayout layout) {
    lock.lock();
    try {
      return free(unitBytes(layout));
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean moveAllElsewhere(Slab slab) {
    for (KvBlock block : slab.all()) {
      if (!moveElsewhere(block)) {
        return false;
      }
    }
    return true;
  }

  /** Moves a block that nobody leases to a slab that isn't leaving. */
  @GuardedBy("lock")
  private boolean moveElsewhere(KvBlock block) {
    int unitBytes = block.slab().unitBytes();
    if (!isFree(unitBytes, block.order()) && !join(unitBytes, block.order())) {
      return false;
    }
    if (!block.tryFreeze()) {
      return false;
    }
    boolean moved = false;
    for (Slab target : slabsOf(unitBytes)) {
      moved = moved || block.slab().move(block, target);
    }
    block.thaw();
    return moved;
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
  private @Nullable Slab emptySlab(KvLayout layout, long minBytes) {
    for (Slab slab : slabs) {
      if (slab.isEmpty() && slab.bytes() >= minBytes) {
        return slab;
      }
    }
    int bytes = newSlabBytes(layout);
    if (bytes < minBytes) {
      return null;
    }
    try {
      Slab slab = new Slab(bytes, debug);
      slabs.add(slab);
      reservedBytes += bytes;
      return slab;
    } catch (OutOfMemoryError e) {
      exhausted = true;
      logger.warn(
          "The {} got {} of its {} bytes: raise -XX:MaxDirectMemorySize or lower the budget",
          name,
          reservedBytes,
          budgetBytes);
      return null;
    }
  }

  /**
   * Returns the bytes of the next slab, if one was taken for this layout: whole cache lines, 0 when all of the budget is
   * taken.
   */
  @GuardedBy("lock")
  private int newSlabBytes(KvLayout layout) {
    long top = (long) unitBytes(layout) << KvLayout.TOP_ORDER;
    long wanted = Math.min((slabBytes + top - 1) / top * top, Math.max(top, MAX_SLAB_BYTES));
    long left = exhausted ? 0 : Math.min(wanted, budgetBytes - reservedBytes);
    return (int) (left / Slab.ALIGNMENT * Slab.ALIGNMENT);
  }
}
