package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slabs of a pool, and the part of the pool's budget that is left for another slab. Guarded by
 * the pool's lock.
 */
final class Slabs {
  private static final Logger logger = LoggerFactory.getLogger(SlabPool.class);
  private static final int SLABS = 64;
  private static final long MAX_SLAB_BYTES = 1L << 30;

  private final String name;
  private final long budgetBytes;
  private final long slabBytes;
  private final AttemptPause backoff;
  private final List<Slab> slabs = new ArrayList<>();
  private long reservedBytes;
  private long shortages;
  private long lostBytes;

  /**
   * @param name the pool's name in the log
   * @param slabBytes bytes of a slab. When a slab is allocated for a layout, its size is rounded up
   *     to a multiple of that layout's largest block.
   * @param ticker the clock of the pauses between failed allocations
   */
  Slabs(String name, long budgetBytes, long slabBytes, Ticker ticker) {
    this.name = name;
    this.budgetBytes = budgetBytes;
    this.slabBytes = slabBytes;
    this.backoff = new AttemptPause(ticker);
  }

  /** Returns whether the system property {@code unipin.kv.debug} turns debug mode on. */
  static boolean isDebug() {
    return Boolean.getBoolean("unipin.kv.debug");
  }

  /** Returns the slab size in bytes: a 64th of the budget, but at most 1 GiB. */
  static long defaultBytes(long budgetBytes) {
    return Math.min(budgetBytes / SLABS, MAX_SLAB_BYTES);
  }

  /** Returns the number of bytes of a layout's smallest block, rounded up to whole cache lines. */
  static int unitBytes(KvLayout layout) {
    int bytes = (int) layout.blockBytes(layout.unitRows());
    return (bytes + Slab.ALIGNMENT - 1) / Slab.ALIGNMENT * Slab.ALIGNMENT;
  }

  /**
   * Returns the number of bytes that a block with room for {@code rows} rows takes. A block
   * consists of whole units.
   */
  static long blockBytes(KvLayout layout, int rows) {
    return (long) unitBytes(layout) << layout.orderFor(rows);
  }

  /**
   * Returns how many bytes a new slab for this layout would have. A slab consists of whole cache
   * lines. Returns 0 if the whole budget is used, or while the pause after a failed allocation
   * lasts.
   */
  int nextBytes(KvLayout layout) {
    long top = (long) unitBytes(layout) << KvLayout.TOP_ORDER;
    long wanted = Math.min((slabBytes + top - 1) / top * top, Math.max(top, MAX_SLAB_BYTES));
    long left = backoff.holds() ? 0 : Math.min(wanted, budgetBytes - reservedBytes);
    return (int) (left / Slab.ALIGNMENT * Slab.ALIGNMENT);
  }

  void add(Slab slab) {
    slabs.add(slab);
    reservedBytes += slab.bytes();
    if (backoff.succeeded()) {
      logger.info("There is memory for the {} again", name);
    }
  }

  /**
   * Records that there was no memory for another slab.
   *
   * @param remedy what the operator can do, for the log
   */
  void noMemory(String remedy) {
    if (backoff.failed()) {
      logger.warn("The {} got {} of its {} bytes: {}", name, reservedBytes, budgetBytes, remedy);
    }
  }

  /** Returns the list of all slabs, which {@link #add} extends. */
  List<Slab> all() {
    return slabs;
  }

  /**
   * Returns whether there is a slab with at least {@code minBytes} bytes for units of {@code
   * unitBytes} bytes.
   */
  boolean has(long minBytes, int unitBytes) {
    return slabs.stream().anyMatch(slab -> slab.bytesFor(unitBytes) >= minBytes);
  }

  /**
   * Returns a slab without blocks that has at least {@code minBytes} bytes for units of {@code
   * unitBytes} bytes. Returns null if there is no such slab.
   */
  @Nullable Slab empty(long minBytes, int unitBytes) {
    for (Slab slab : slabs) {
      if (slab.isEmpty() && slab.bytesFor(unitBytes) >= minBytes) {
        return slab;
      }
    }
    return null;
  }

  long usedBytes() {
    return slabs.stream().mapToLong(Slab::usedBytes).sum();
  }

  /**
   * Counts a failure to find a long enough free run for a block, and adds the current number of
   * free bytes to a sum.
   */
  void countLoss() {
    shortages++;
    lostBytes += reservedBytes - usedBytes();
  }

  /**
   * Returns the mean number of free bytes at the failures that {@link #countLoss} counted; 0 if
   * there were no failures.
   */
  long lostBytes() {
    return shortages == 0 ? 0 : lostBytes / shortages;
  }
}
