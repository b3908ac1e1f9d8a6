package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A run of units of a slab, with the counts of those who hold it: leases of requests and shares of entries.
 *
 * <p>Both counts are in one word, so that "the last one gives the memory back" is one atomic step; taking a lease or
 * a share of a block whose counts were both 0 is refused. A new block has one lease, its maker's. Memory that goes back
 * is overwritten first, whoever's it was: an erasure that comes later has nothing left to find. A block that nobody leases
 * may be moved, to make room. Thread-safe.
 *
 * <p>Source: the counted buffers of Apache Cassandra's {@code ChunkCache}.
 */
final class KvBlock {
  private static final int LEASE_SHIFT = 32;
  private static final long LEASE = 1L << LEASE_SHIFT;
  private static final long SHARE = 1;

  /** Above all leases: while the block is moved, whoever wants one waits. */
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

  /** Where the block is; changes only while it is frozen, under the pool's lock. */
  private record Place(Slab slab, int start, ByteBuffer memory) {}

  KvBlock(SlabPool pool, Slab slab, int start, int order, KvLayout layout) {
    this.pool = pool;
    this.layout = layout;
    capacity = layout.unitRows() << order;
    bytes = (long) slab.unitBytes() << order;
    place = new Place(slab, start, slab.slice(start, (int) layout.blockBytes(capacity)));
    takenAt = pool.debug() ? new Throwable("block taken here") : null;
    pool.leasedBytes().addAndGet(bytes);
  }

  KvLayout layout() {
    return layout;
  }

  /** The block takes {@code 2^order} units. */
  int order() {
    return Integer.numberOfTrailingZeros(capacity / layout.unitRows());
  }

  /** Returns the first unit. */
  int start() {
    return place.start();
  }

  /** Returns the key whose entries the block was published in; null before. */
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

  /** Bytes taken from the slab: those of the block and what rounding added. */
  long bytes() {
    return bytes;
  }

  /** Returns a view of its own position and limit. */
  ByteBuffer memory() {
    return place.memory().duplicate().order(ByteOrder.nativeOrder());
  }

  int leases() {
    return (int) (counts.get() >>> LEASE_SHIFT);
  }

  /** Takes a lease, unless the memory was already given back. */
  boolean tryLease() {
    return retain(LEASE);
  }

  void releaseLease() {
    release(LEASE);
  }

  /** How often rows that an entry vouched for were given up, to be overwritten in place. */
  int cuts() {
    return cuts;
  }

  /** Changed only by who holds the slot of the block's key. */
  void cuts(int count) {
    cuts = count;
  }

  /** Takes a share for an entry; the caller holds a lease. */
  void share() {
    if (!retain(SHARE)) {
      throw misuse("expected a block in use, got a freed one");
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
      throw misuse("expected a block in use, got one released too often");
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

  /** Has whoever wants a lease wait until {@link #thaw}, unless someone has one or the memory goes back. */
  boolean tryFreeze() {
    long before = counts.get();
    return before > 0 && before < LEASE && counts.compareAndSet(before, before | FROZEN);
  }

  /** Says where the block, frozen, is from now on. */
  void moved(Slab slab, int start) {
    place = new Place(slab, start, slab.slice(start, (int) layout.blockBytes(capacity)));
  }

  void thaw() {
    if (counts.addAndGet(-FROZEN) == 0) { // its entry went meanwhile
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
