package io.unipin.kvcache;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request's hold on one block, from {@link UserKvCache#acquire} to {@link #close}.
 *
 * <p>Rows {@code [0, reusedRows)} are valid and do not change while the lease is open, even if the
 * entry leaves the cache. A lease that is not a {@link KvOutcome#HIT} has rows to write. Its holder
 * writes exactly rows {@code [reusedRows, rows)} into {@link #kv} and then commits. From then on
 * all rows are valid and do not change.
 *
 * <p>One thread at a time uses a lease, in the method that took the lease. {@link #close} is
 * idempotent.
 */
public final class KvLease implements AutoCloseable {
  private final LeaseHost host;
  private final KvBlock block;
  private final TokenHashes hashes;
  private final @Nullable WriterSlot slot;
  private final AtomicBoolean closed = new AtomicBoolean();
  private KvReason reason;
  private int reusedRows;
  private float @Nullable [] state;

  private KvLease(
      LeaseHost host,
      KvReason reason,
      KvBlock block,
      TokenHashes hashes,
      int reusedRows,
      @Nullable WriterSlot slot,
      float @Nullable [] state) {
    this.host = host;
    this.reason = reason;
    this.block = block;
    this.hashes = hashes;
    this.reusedRows = reusedRows;
    this.slot = slot;
    this.state = state;
  }

  /** Returns an open hit. Takes over the caller's lease on the entry's block. */
  static KvLease hit(LeaseHost host, KvEntry entry) {
    KvLease lease =
        new KvLease(
            host,
            KvReason.UNCHANGED,
            entry.block(),
            entry.hashes(),
            entry.rows(),
            null,
            entry.state());
    host.ledger().opened(lease);
    return lease;
  }

  /**
   * Returns an open lease that writes. Takes over the caller's lease on the block, and the caller's
   * slot.
   */
  static KvLease writing(
      LeaseHost host,
      KvReason reason,
      KvBlock block,
      TokenHashes hashes,
      int reusedRows,
      WriterSlot slot) {
    KvLease lease = new KvLease(host, reason, block, hashes, reusedRows, slot, null);
    host.ledger().opened(lease);
    return lease;
  }

  /** Returns an open uncached lease. Takes over the caller's lease on a transient block. */
  static KvLease passing(
      LeaseHost host, KvReason reason, KvBlock block, TokenHashes hashes, int reusedRows) {
    KvLease lease = new KvLease(host, reason, block, hashes, reusedRows, null, null);
    host.ledger().opened(lease);
    return lease;
  }

  /** Returns the outcome, which says which rows the cache held for the request. */
  public KvOutcome outcome() {
    return reason.outcome();
  }

  /**
   * Returns the reason of the outcome. A lease of {@link UserKvCache#branch} or {@link
   * UserKvCache#aside} has {@link KvReason#NO_ROOM}, although the cache made no look-up for such a
   * lease.
   */
  public KvReason reason() {
    return reason;
  }

  /**
   * Returns how many of the first rows need not be encoded. For a hit, no row needs to be encoded.
   */
  public int reusedRows() {
    return reusedRows;
  }

  /** Returns the number of rows of the request, one per token. */
  public int rows() {
    return hashes.size();
  }

  /**
   * Returns the number of rows for which the block has room. The block's shape has this number as
   * an axis.
   */
  public int capacity() {
    return block.capacity();
  }

  /**
   * Returns the block's memory with its layout and capacity, as models expect it. For host memory,
   * each call returns a new view, which has its own position.
   *
   * <p>The memory is reused after {@link #close}. Neither the view nor a tensor over it may be kept
   * longer.
   */
  public KvRows kv() {
    requireOpen();
    return block.rows();
  }

  HostRows hostRows() {
    return (HostRows) kv(); // only tiers call this, and tiers need host memory
  }

  /**
   * Returns a copy of the state after the last row. A hit has the state from the start. Any other
   * lease has the state once it is committed.
   *
   * @throws IllegalStateException if the lease is not committed yet
   */
  public float[] state() {
    requireOpen();
    if (state == null) {
      throw new IllegalStateException(
          "a hit or a committed lease expected, got an uncommitted " + outcome());
    }
    return state.clone();
  }

  /**
   * Publishes rows {@code [reusedRows, rows)}, which the caller has written, so that other requests
   * find them. If the lease is uncached, or its key was erased since the lease was taken, only
   * {@link #state} changes.
   *
   * @param state the state after the last row, copied
   * @throws IllegalStateException if the lease is a hit, or is already committed
   */
  public void commit(float[] state) {
    requireOpen();
    if (this.state != null) {
      throw new IllegalStateException("a lease with rows to commit expected, got one without");
    }
    this.state = state.clone();
    if (slot != null) {
      try {
        boolean kept = host.entries().publish(slot, new KvEntry(hashes, block, this.state));
        if (kept) {
          host.tiers().written(slot.key(), block.layout(), reusedRows, rows());
        }
      } finally {
        host.writers().finish(slot);
      }
    }
  }

  /**
   * Notes that a tier filled rows {@code [reusedRows, rows)} of the block, so nobody has to encode
   * them. If the tier also had the state, commits the lease, which then has no rows to write.
   *
   * @param state the state after the last row of the request, or null
   */
  void reloaded(int rows, float @Nullable [] state) {
    if (state == null) {
      reason = KvReason.RELOADED_PART;
      reusedRows = rows;
    } else {
      reason = KvReason.RELOADED;
      reusedRows = rows();
      commit(state);
    }
  }

  /**
   * Releases the block. If nothing was committed, the entry keeps the rows that it had before, or
   * at least the reused rows.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    block.releaseLease();
    if (slot != null) {
      host.writers().finish(slot);
    }
    host.ledger().closed(this);
  }

  /** Returns whether this lease owns the claimed slot. */
  boolean writes(WriterSlot claimed) {
    return slot == claimed;
  }

  KvBlock kvBlock() {
    return block;
  }

  TokenHashes hashes() {
    return hashes;
  }

  /** Throws unless the lease has all rows and {@code longer} has these rows' tokens and more. */
  void requireExtendedBy(TokenHashes longer) {
    if (closed.get() || state == null) {
      throw new IllegalStateException(
          "an open lease that is a hit or committed expected, got another");
    }
    int prefix = hashes.commonPrefix(longer);
    if (prefix < rows() || longer.size() == prefix) {
      throw new IllegalArgumentException(
          "hashes that extend the base's %s expected, got %s that agree on %s"
              .formatted(rows(), longer.size(), prefix));
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("an open lease expected, got a closed one");
    }
  }
}
