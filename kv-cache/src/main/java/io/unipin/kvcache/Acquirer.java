package io.unipin.kvcache;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds or makes the block for a request: the block of the key's entry, a fresh block from the
 * budget, or a transient block. The chosen block decides whether the request is a hit, an append, a
 * prefill (a reload if a tier has rows of it) or uncached. {@link KvEntry} compares the tokens.
 *
 * <p>Thread-safe.
 */
final class Acquirer {
  /** The longest wait. The end of a much longer wait would overflow a clock in nanoseconds. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(365);

  private final LeaseHost host;
  private final BlockSource blocks;
  private final SlabPool transients;

  Acquirer(LeaseHost host, BlockSource blocks, SlabPool transients) {
    this.host = host;
    this.blocks = blocks;
    this.transients = transients;
  }

  /**
   * The limits of one request: how long it waits, and which erasures of the user affect it.
   *
   * @param deadlineNanos the time on {@link System#nanoTime} until which the request waits for
   *     another writer
   * @param mark the value that {@link EntryStore#mark} returned before the caller read the user's
   *     history. If the user was erased since, the rows that the request writes are not kept.
   * @param reloads decides whether rows come from the tier below the cache
   */
  record Patience(long deadlineNanos, long mark, ReloadChoice reloads) {}

  /** Returns a lease for a request. Waits for another writer of the key until the deadline. */
  KvLease acquire(KvKey key, KvLayout layout, TokenHashes hashes, Patience patience) {
    host.entries().use(key); // one use per request, even if the loop repeats the look-up
    while (true) {
      KvEntry entry = find(key, layout);
      if (entry != null && entry.answers(hashes) && entry.tryLease()) {
        return hit(key, entry);
      }
      WriterSlot slot = new WriterSlot(key);
      WriterSlot other = host.writers().claim(slot);
      if (other == null) {
        if (!host.entries().isAsOf(key, patience.mark())) {
          slot.revoke();
        }
        return acquireWith(slot, layout, hashes, patience.reloads());
      }
      if (!other.await(patience.deadlineNanos())) {
        KvEntry last = leaseEntry(key, layout);
        if (last != null && last.answers(hashes)) {
          return hit(key, last);
        }
        return counted(pass(KvReason.BUSY, last, layout, hashes));
      }
    }
  }

  /**
   * Returns a lease to write the rows that the key's entry lacks, or null when there is nothing to
   * write.
   *
   * <p>Returns null if the key has no entry, if another request writes the entry, or if no room is
   * left. Also returns null if the entry already has all of the request's tokens or more, or if it
   * differs from the request within the same window.
   */
  @Nullable KvLease refresh(KvKey key, KvLayout layout, Supplier<TokenHashes> tokens) {
    WriterSlot slot = new WriterSlot(key);
    if (!host.entries().holds(key) || host.writers().claim(slot) != null) {
      return null;
    }
    KvLease lease = null;
    try {
      lease = refresh(slot, layout, tokens.get());
      return lease;
    } finally {
      if (lease == null) {
        host.writers().finish(slot);
      }
    }
  }

  private @Nullable KvLease refresh(WriterSlot slot, KvLayout layout, TokenHashes hashes) {
    KvEntry entry = leaseEntry(slot.key(), layout);
    if (entry == null) {
      return null;
    }
    int agreed = entry.hashes().commonPrefix(hashes);
    boolean isBehind = agreed == entry.rows() && agreed < hashes.size();
    boolean isOfAnotherWindow = agreed <= 1 && entry.rows() > 1;
    if (!isBehind && !isOfAnotherWindow) {
      entry.block().releaseLease();
      return null;
    }
    KvLease lease = write(slot, entry, layout, hashes);
    if (!lease.writes(slot)) {
      lease.close();
      return null;
    }
    host.ledger().countRefresh();
    return lease;
  }

  /**
   * Returns a transient lease on a copy of the first rows of a block. The caller holds a lease on
   * the block.
   */
  KvLease branch(KvBlock base, TokenHashes hashes, int rows) {
    KvBlock block = transientBlock(base.layout(), hashes.size());
    base.copyRows(block, rows);
    return KvLease.passing(host, KvReason.NO_ROOM, block, hashes, rows);
  }

  /** Returns a transient lease without any valid rows. */
  KvLease aside(KvLayout layout, TokenHashes hashes) {
    return KvLease.passing(
        host, KvReason.NO_ROOM, transientBlock(layout, hashes.size()), hashes, 0);
  }

  private KvLease acquireWith(
      WriterSlot slot, KvLayout layout, TokenHashes hashes, ReloadChoice reloads) {
    KvLease lease = null;
    try {
      // Another writer may have published an entry between the look-up and the claim of the slot.
      KvEntry entry = leaseEntry(slot.key(), layout);
      if (entry != null && entry.answers(hashes)) {
        lease = hit(slot.key(), entry);
      } else {
        lease = write(slot, entry, layout, hashes);
        if (lease.writes(slot)) {
          reload(lease, slot.key(), reloads);
        }
        counted(lease);
      }
      return lease;
    } finally {
      if (lease == null || !lease.writes(slot)) {
        host.writers().finish(slot);
      }
    }
  }

  void requireOpen() {
    if (host.entries().isClosed()) {
      throw new IllegalStateException("an open cache expected, got a closed one");
    }
  }

  /**
   * Reads rows from the tiers. Closes the lease if this fails, because nobody else would close it.
   */
  private void reload(KvLease lease, KvKey key, ReloadChoice reloads) {
    boolean done = false;
    try {
      host.tiers().reload(lease, key, reloads);
      done = true;
    } finally {
      if (!done) {
        lease.close();
      }
    }
  }

  /** Returns the time at which a wait ends, as a value of {@link System#nanoTime}. */
  static long deadline(Duration maxWait) {
    Duration wait = maxWait.compareTo(LONGEST_WAIT) < 0 ? maxWait : LONGEST_WAIT;
    return System.nanoTime() + wait.toNanos();
  }

  /**
   * Returns a lease to write the missing rows. If possible, the rows are written into the entry's
   * own block. Otherwise they are written into a fresh block that starts with a copy of the
   * reusable rows. If no room is left, that block is transient. Takes over the caller's lease on
   * {@code old}.
   */
  private KvLease write(
      WriterSlot slot, @Nullable KvEntry old, KvLayout layout, TokenHashes hashes) {
    int reused = old == null ? 0 : old.reusableRows(hashes);
    if (old == null || reused == 0) {
      if (old != null) {
        old.block().releaseLease(); // from here on, the old block may be evicted
      }
      KvReason reason = old == null ? KvReason.ABSENT : KvReason.MOVED;
      KvBlock fresh = blocks.allocate(slot.key(), layout, hashes.size());
      return fresh == null
          ? pass(KvReason.NO_ROOM, null, layout, hashes)
          : KvLease.writing(host, reason, fresh, hashes, 0, slot);
    }
    KvReason reason = reused == old.rows() ? KvReason.GROWN : KvReason.CORRECTED;
    boolean fits = hashes.size() <= old.block().capacity();
    if (fits && (reused == old.rows() || host.entries().cutBack(slot.key(), old, reused))) {
      return KvLease.writing(host, reason, old.block(), hashes, reused, slot);
    }
    KvBlock fresh = allocate(slot.key(), old, layout, hashes.size());
    if (fresh == null) {
      return pass(KvReason.NO_ROOM, old, layout, hashes);
    }
    old.block().copyRows(fresh, reused);
    old.block().releaseLease();
    return KvLease.writing(host, reason, fresh, hashes, reused, slot);
  }

  /**
   * Returns a block from the budget, or null when no room is left. Releases the lease on
   * {@code old} if the allocation throws.
   */
  private @Nullable KvBlock allocate(KvKey key, KvEntry old, KvLayout layout, int rows) {
    boolean returned = false;
    try {
      KvBlock fresh = blocks.allocate(key, layout, rows);
      returned = true;
      return fresh;
    } finally {
      if (!returned) {
        old.block().releaseLease();
      }
    }
  }

  /**
   * Returns a lease on a transient block that starts with a copy of the reusable rows of
   * {@code old}. Takes over the caller's lease on {@code old}.
   */
  private KvLease pass(
      KvReason reason, @Nullable KvEntry old, KvLayout layout, TokenHashes hashes) {
    try {
      KvBlock block = transientBlock(layout, hashes.size());
      int reused = old == null ? 0 : old.reusableRows(hashes);
      if (old != null) {
        old.block().copyRows(block, reused);
      }
      return KvLease.passing(host, reason, block, hashes, reused);
    } finally {
      if (old != null) {
        old.block().releaseLease();
      }
    }
  }

  private KvBlock transientBlock(KvLayout layout, int rows) {
    KvBlock block = transients.allocate(layout, rows);
    if (block == null) {
      throw new KvCacheException(
          "overloaded: room for a transient block of "
              + layout.budgetBytes(rows)
              + " bytes expected, got "
              + transients.usedBytes()
              + " of "
              + transients.budgetBytes()
              + " bytes in use");
    }
    return block;
  }

  private @Nullable KvEntry find(KvKey key, KvLayout layout) {
    KvEntry entry = host.entries().find(key);
    if (entry != null && !entry.block().layout().equals(layout)) {
      throw new IllegalArgumentException(
          "one layout per fingerprint expected, got %s and %s"
              .formatted(entry.block().layout(), layout));
    }
    return entry;
  }

  /** Returns the key's entry with a lease taken on it, or null when there is none. */
  private @Nullable KvEntry leaseEntry(KvKey key, KvLayout layout) {
    KvEntry entry = find(key, layout);
    while (entry != null && !entry.tryLease()) {
      Thread.onSpinWait(); // the entry left the map, or a shorter entry is replacing it
      entry = find(key, layout);
    }
    return entry;
  }

  private KvLease hit(KvKey key, KvEntry entry) {
    KvLease lease = counted(KvLease.hit(host, entry));
    if (!host.tiers().isEmpty()) {
      host.tiers().hit(key, entry.block().layout(), entry.rows());
    }
    return lease;
  }

  private KvLease counted(KvLease lease) {
    host.ledger().count(lease.reason());
    return lease;
  }
}
