package io.unipin.kvcache;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A run of units of a slab, with the counts of its holders: the leases of requests and the shares
 * of entries.
 *
 * <p>Both counts are in one word, so releasing the last lease or share is a single atomic step.
 * Once both counts were 0, the block refuses all leases and shares. A new block has one lease,
 * which belongs to the caller that made the block. A block's memory is always overwritten before it
 * is freed, so no erasure has to search freed memory. A block without leases may be moved to make
 * room. Thread-safe.
 *
 * <p>Source: the counted buffers of Apache Cassandra's {@code ChunkCache}.
 */
final class KvBlock {
  private static final int LEASE_SHIFT = 32;
  private static final long LEASE = 1L << LEASE_SHIFT;
  private static final long SHARE = 1;

  /**
   * A bit of the word, above the bits of both counts. While this bit is set, the block is being
   * moved and new leases wait.
   */
  private static final long FROZEN = 1L << 62;

  private final SlabPool pool;
  private final KvLayout layout;
  private final int capacity;
  private final long bytes;
  private volatile Place place;
  private final AtomicLong counts = new AtomicLong(LEASE);
  private volatile int cuts;
  private volatile @Nullable KvKey key;
  private final @Nullable Throwable takenAt;
  private volatile @Nullable Throwable freedAt;

  /**
   * The location of the block. The location changes only while the block is frozen, under the
   * pool's lock.
   */
  private record Place(Slab slab, int start) {}

  KvBlock(SlabPool pool, Slab slab, int start, int order, KvLayout layout) {
    this.pool = pool;
    this.layout = layout;
    capacity = layout.unitRows() << order;
    bytes = (long) slab.unitBytes() << order;
    place = new Place(slab, start);
    takenAt = pool.debug() ? new Throwable("block taken here") : null;
    pool.leasedBytes().addAndGet(bytes);
  }

  KvLayout layout() {
    return layout;
  }

  /** Returns the order of the block's run: the block takes {@code 2^order} units. */
  int order() {
    return Integer.numberOfTrailingZeros(capacity / layout.unitRows());
  }

  /** Returns the first unit of the run. */
  int start() {
    return place.start();
  }

  /** Returns the key under which the block was published, or null before that. */
  @Nullable KvKey key() {
    return key;
  }

  void key(KvKey key) {
    this.key = key;
  }

  Slab slab() {
    return place.slab();
  }

  int capacity() {
    return capacity;
  }

  /**
   * Returns the number of bytes that the block takes from the slab. This number includes the bytes
   * by which the block's units are rounded up.
   */
  long bytes() {
    return bytes;
  }

  /**
   * Returns the rows. For host memory, each call returns a new view, which has its own position.
   */
  KvRows rows() {
    Place now = place;
    return now.slab().rows(now.start(), layout, capacity);
  }

  /**
   * Copies the first {@code rows} rows into another block. The caller holds a lease on each of the
   * two blocks. There is no other lease on {@code to}.
   */
  void copyRows(KvBlock to, int rows) {
    place.slab().copyRows(rows(), to.rows(), rows);
  }

  int leases() {
    return (int) (counts.get() >>> LEASE_SHIFT);
  }

  /** Takes a lease. Returns false if the memory was already freed. */
  boolean tryLease() {
    return retain(LEASE);
  }

  void releaseLease() {
    release(LEASE);
  }

  /**
   * Returns how often an entry was cut back to fewer rows, so that a writer could overwrite the
   * other rows in place.
   */
  int cuts() {
    return cuts;
  }

  /** Sets the number of cuts. Only the holder of the key's writer slot may call this. */
  void cuts(int count) {
    cuts = count;
  }

  /** Takes a share for an entry. The caller holds a lease on the block. */
  void share() {
    if (!retain(SHARE)) {
      throw misuse("a block in use expected, got a freed one");
    }
  }

  void releaseShare() {
    release(SHARE);
  }

  private boolean retain(long unit) {
    long before = counts.get();
    while (before != 0) {
      if (before >= FROZEN) {
        Thread.onSpinWait();
        before = counts.get();
        continue;
      }
      long witness = counts.compareAndExchange(before, before + unit);
      if (witness == before) {
        if (unit == LEASE && before < LEASE) {
          pool.leasedBytes().addAndGet(bytes);
        }
        return true;
      }
      before = witness;
    }
    return false;
  }

  private void release(long unit) {
    long after = counts.addAndGet(-unit);
    if (after < 0 || (unit == SHARE && (after & (LEASE - 1)) == LEASE - 1)) {
      throw misuse("a block in use expected, got one released too often");
    }
    if (unit == LEASE && after < LEASE) {
      pool.leasedBytes().addAndGet(-bytes);
    }
    if (after == 0) {
      giveBack();
    }
  }

  private void giveBack() {
    if (pool.debug()) {
      freedAt = new Throwable("block freed here");
    }
    Place last = place;
    last.slab().overwrite(last.start(), (int) bytes);
    pool.free(last.slab(), last.start());
  }

  /**
   * Blocks new leases and shares until {@link #thaw}. Returns false if the block is leased or
   * freed.
   */
  boolean tryFreeze() {
    long before = counts.get();
    return before > 0 && before < LEASE && counts.compareAndSet(before, before | FROZEN);
  }

  /** Sets the new location of a frozen block. */
  void moved(Slab slab, int start) {
    place = new Place(slab, start);
  }

  void thaw() {
    if (counts.addAndGet(-FROZEN) == 0) { // the last share was released while the block was frozen
      giveBack();
    }
  }

  private IllegalStateException misuse(String message) {
    IllegalStateException exception = new IllegalStateException(message);
    if (takenAt != null) {
      exception.addSuppressed(takenAt);
    }
    Throwable freed = freedAt;
    if (freed != null) {
      exception.addSuppressed(freed);
    }
    return exception;
  }
}
