package io.unipin.kvcache;

import org.jspecify.annotations.Nullable;

/**
 * The content of the cache for one key: a block of rows, the hashes of the tokens of these rows,
 * and the state after the last row.
 *
 * <p>An entry holds a share of its block from its publication until its removal. An entry that was
 * cut back to fewer rows has no state. Its rows can be reused, but no request hits it. Immutable,
 * except for the flag that says whether a tier has the entry's rows.
 */
final class KvEntry {
  private final TokenHashes hashes;
  private final KvBlock block;
  private final float @Nullable [] state;
  private final int cuts;

  /** Whether a tier has the entry's rows. */
  private volatile boolean isStored;

  KvEntry(TokenHashes hashes, KvBlock block, float @Nullable [] state) {
    this.hashes = hashes;
    this.block = block;
    this.state = state;
    cuts = block.cuts();
  }

  TokenHashes hashes() {
    return hashes;
  }

  KvBlock block() {
    return block;
  }

  int rows() {
    return hashes.size();
  }

  /**
   * Returns how much work per byte the entry saves: the cost of encoding all of its rows in one
   * call, divided by the bytes of its block. Only ratios of savings are meaningful.
   */
  double saving() {
    return block.layout().encodingCost(rows()) / block.bytes();
  }

  float @Nullable [] state() {
    return state;
  }

  /** Notes that a tier has the rows, so that they need not be written when the entry leaves. */
  void stored() {
    isStored = true;
  }

  boolean isStored() {
    return isStored;
  }

  /**
   * Returns whether the entry has all rows and the state for these tokens, so that nothing has to
   * be encoded.
   */
  boolean answers(TokenHashes request) {
    return state != null
        && request.size() == hashes.size()
        && request.commonPrefix(hashes) == hashes.size();
  }

  /**
   * Returns how many of the request's first rows can be reused, for an entry that lacks a part of
   * what the request needs.
   *
   * <p>At least the last row is left to encode, because the state after that row is needed. All
   * sequences begin with the learned first token, so agreement on this token alone counts as 0.
   */
  int reusableRows(TokenHashes request) {
    int prefix = hashes.commonPrefix(request);
    return prefix == 1 && hashes.size() > 1 ? 0 : Math.min(prefix, request.size() - 1);
  }

  /*
   * A cut in place lets a writer overwrite rows of this entry. Shorter and longer entries that
   * shared the block may have the same rows, and a slow reader may still hold such an entry. So no
   * lease through any of these entries may be open, and none may be given.
   *
   * The writer holds the key's slot. The writer first adds the cut to the block's count of cuts,
   * and then reads the number of leases. A reader first takes a lease and then compares the block's
   * cuts with the cuts that its entry remembers. Cuts and leases are volatile, so at least one of
   * the two threads sees the other's step. So either the writer uses another block, or the reader
   * releases its lease.
   */

  /**
   * Takes a lease on the block. Returns false if the memory was freed, or if rows of this entry may
   * be overwritten.
   */
  boolean tryLease() {
    if (!block.tryLease()) {
      return false;
    }
    if (block.cuts() != cuts) {
      block.releaseLease();
      return false;
    }
    return true;
  }

  /**
   * Refuses all further leases through this entry if the caller's lease is the only one. Returns
   * false otherwise, with nothing changed.
   */
  boolean tryRetire() {
    if (block.leases() > 1) {
      return false;
    }
    block.cuts(cuts + 1);
    if (block.leases() > 1) {
      block.cuts(cuts);
      return false;
    }
    return true;
  }
}
