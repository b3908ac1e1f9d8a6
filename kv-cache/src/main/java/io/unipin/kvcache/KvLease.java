package io.unipin.kvcache;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request's hold on one block, from {@link UserKvCache#acquire} to {@link #close}.
 *
 * <p>Rows {@code [0, reusedRows)} are valid and never change while the lease is open, whatever becomes of the entry.
 * The holder of a lease that isn't a {@link KvOutcome#HIT} writes rows {@code [reusedRows, rows)} into {@link #block},
 * no others, and then commits. From then on all its rows are valid and never change.
 *
 * <p>Used by one thread at a time, in the method that took it; {@link #close} is idempotent.
 */
public final class KvLease implements AutoCloseable {
  private final LeaseHost host;
  private final KvReason reason;
  private final KvBlock block;
  private final TokenHashes hashes;
  private final int reusedRows;
  private final @Nullable WriterSlot slot;
  private final AtomicBoolean closed = new AtomicBoolean();
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

  /** Takes over the caller's lease on the entry's block. */
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

  /** Takes over the caller's lease on the block and the slot. */
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

  /** Takes over the caller's lease on a transient block. */
  static KvLease passing(
      LeaseHost host, KvReason reason, KvBlock block, TokenHashes hashes, int reusedRows) {
    KvLease lease = new KvLease(host, reason, block, hashes, reusedRows, null, null);
    host.ledger().opened(lease);
    return lease;
  }

  /** Returns what the cache had. */
  public KvOutcome outcome() {
    return reason.outcome();
  }

  /** Returns why; for a branch or a lease aside, which nothing was looked up for, {@link KvReason#NO_ROOM}. */
  public KvReason reason() {
    return reason;
  }

  /** Returns how many of the first rows needn't be encoded; all of them for a hit. */
  public int reusedRows() {
    return reusedRows;
  }

  /** Returns the rows of the request, one per token. */
  public int rows() {
    return hashes.size();
  }

  /** Returns the rows that the block has room for; its shape depends on it. */
  public int capacity() {
    return block.capacity();
  }

  /**
   * Returns the block, {@code [layers, 2, kvHeads, capacity, headDim]}: direct, in native order, from position 0 to the
   * limit {@code blockBytes(capacity)}. Each call returns a view with a position of its own.
   *
   * <p>The memory is reused after {@link #close}: nothing may keep the view, or a tensor over it, for longer.
   */
  public ByteBuffer block() {
    requireOpen();
    return block.memory();
  }

  /**
   * Returns a copy of the state after the last row, which a hit has and the others have once committed.
   *
   * @throws IllegalStateException when not committed yet
   */
  public float[] state() {
    requireOpen();
    if (state == null) {
      throw new IllegalStateException(
          "expected a hit or a committed lease, got an uncommitted " + outcome());
    }
    return state.clone();
  }

  /**
   * Says that rows {@code [reusedRows, rows)} are written, and lets other requests find them. For a lease that can't be
   * kept, or whose key was erased meanwhile, only {@link #state} changes.
   *
   * @param state the state after the last row, copied
   * @throws IllegalStateException for a hit, and the second time
   */
  public void commit(float[] state) {
    requireOpen();
    if (this.state != null) {
      throw new IllegalStateException("expected a lease with rows to commit, got one without");
    }
    this.state = state.clone();
    if (slot != null) {
      try {
        host.entries().publish(slot, new KvEntry(hashes, block, this.state));
      } finally {
        host.writers().finish(slot);
      }
    }
  }

  /**
   * Gives the block back. When nothing was committed, the entry keeps the rows it had before, or at least those that
   * were reused.
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

  /** Says whether this lease took the slot over. */
  boolean writes(WriterSlot claimed) {
    return slot == claimed;
  }

  KvBlock kvBlock() {
    return block;
  }

  TokenHashes hashes() {
    return hashes;
  }

  boolean hasAllRows() {
    return !closed.get() && state != null;
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("expected an open lease, got a closed one");
    }
  }
}
