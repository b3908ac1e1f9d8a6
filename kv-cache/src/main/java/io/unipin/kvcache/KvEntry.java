package io.unipin.kvcache;

import org.jspecify.annotations.Nullable;

/**
 * What the cache knows of one key: the hashes of the tokens whose rows are in the block, and the state after the last.
 *
 * <p>Holds a share of its block from before it can be found until its removal was announced. An entry without state was
 * cut back: its rows are of use, but it's no hit. Immutable.
 */
final class KvEntry {
  private final TokenHashes hashes;
  private final KvBlock block;
  private final float @Nullable [] state;
  private final int cuts;

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

  /** What to keep the entry saves per byte: the cost of encoding its rows at once, in a unit of no meaning. */
  double saving() {
    return block.layout().encodingCost(rows()) / block.bytes();
  }

  float @Nullable [] state() {
    return state;
  }

  /** Says whether a request for these tokens has nothing to encode. */
  boolean answers(TokenHashes request) {
    return state != null
        && request.size() == hashes.size()
        && request.commonPrefix(hashes) == hashes.size();
  }

  /**
   * Returns how many of the request's first rows needn't be encoded when this entry doesn't answer it: at least one is,
   * for the state after it. To agree on the learned first token alone, which all sequences have, counts as nothing.
   */
  int reusableRows(TokenHashes request) {
    int prefix = hashes.commonPrefix(request);
    return prefix == 1 && hashes.size() > 1 ? 0 : Math.min(prefix, request.size() - 1);
  }

  /*
   * Cutting back in place overwrites rows that this entry vouches for, and the shorter and longer ones that shared the
   * block with it and that a slow reader may still hold. So no lease through any of them may be open or be given. The
   * writer, who holds the key's slot, first counts the cut in the block and then reads the number of leases; a reader
   * first takes a lease and then compares the cuts with those when its entry was made. All are volatile, so at least
   * one of the two sees the other: the writer goes elsewhere, or the reader gives its lease back.
   */

  /** Takes a lease on the block, unless the memory was given back or rows of this entry may be overwritten. */
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

  /** Has all further leases refused, when the caller's is the only one; else changes nothing. */
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
