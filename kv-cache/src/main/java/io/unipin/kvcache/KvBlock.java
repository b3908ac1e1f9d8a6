package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A run of units of a slab, with the counts of those who hold it: leases of requests and shares of entries.
 *
 * <p>Both counts are in one word, so that "the last one gives the memory back" is one atomic step; taking a lease or
 * a share of a block whose counts were both 0 is refused. A new block has one lease, its maker's. Memory that goes back
 * is overwritten first, whoever's it was: an erasure that comes later has nothing left to find. Thread-safe.
 *
 * <p>Source: the counted buffers of Apache Cassandra's {@code ChunkCache}.
 */
final class KvBlock {
  private static final int LEASE_SHIFT = 32;
  private static final long LEASE = 1L << LEASE_SHIFT;
  private static final long SHARE = 1;
  private static final byte POISON = (byte) 0xFF; // float32 and float16 read it as not-a-number
  private static final byte[] POISONS = filled(POISON);
  private static final byte[] ZEROS = filled((byte) 0);

  private final SlabPool pool;
  private final Slab slab;
  private final int start;
  private final KvLayout layout;
  private final int capacity;
  private final long bytes;
  private final ByteBuffer memory;
  private final AtomicLong counts = new AtomicLong(LEASE);
  private volatile int cuts;
  private volatile @Nullable KvKey key;
  private final @Nullable Throwable takenAt;
  private volatile @Nullable Throwable freedAt;

  KvBlock(SlabPool pool, Slab slab, int start, int order, KvLayout layout) {
    this.pool = pool;
    this.slab = slab;
    this.start = start;
    this.layout = layout;
    capacity = layout.unitRows() << order;
    bytes = (long) slab.unitBytes() << order;
    memory = slab.slice(start, (int) layout.blockBytes(capacity));
    takenAt = pool.debug() ? new Throwable("block taken here") : null;
    pool.leasedBytes().addAndGet(bytes);
  }

  KvLayout layout() {
    return layout;
  }

  /** Returns the first unit. */
  int start() {
    return start;
  }

  /** Returns the key whose entries the block was published in; null before. */
  @Nullable KvKey key() {
    return key;
  }

  void key(KvKey key) {
    this.key = key;
  }

  Slab slab() {
    return slab;
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
    return memory.duplicate().order(ByteOrder.nativeOrder());
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
      if (pool.debug()) {
        freedAt = new Throwable("block freed here");
      }
      fill(pool.debug() ? POISONS : ZEROS);
      pool.free(slab, start);
    }
  }

  private void fill(byte[] pattern) {
    ByteBuffer target = memory.duplicate();
    while (target.hasRemaining()) {
      target.put(pattern, 0, Math.min(pattern.length, target.remaining()));
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

  private static byte[] filled(byte value) {
    byte[] pattern = new byte[1 << 14];
    Arrays.fill(pattern, value);
    return pattern;
  }
}
