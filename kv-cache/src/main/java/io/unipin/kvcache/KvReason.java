package io.unipin.kvcache;

/** The reason for which a request got its {@link KvOutcome}. */
public enum KvReason {
  /** The entry has exactly the tokens of the request. */
  UNCHANGED(KvOutcome.HIT),
  /** The entry lacks only the last tokens. */
  GROWN(KvOutcome.APPEND),
  /**
   * The entry has other tokens from some position on. A correction, a late event or a shorter
   * history causes this.
   */
  CORRECTED(KvOutcome.APPEND),
  /** There is no entry: the user is new, or the entry has left the cache. */
  ABSENT(KvOutcome.PREFILL),
  /**
   * The entry and the request share only the learned first token. The window moved, or the user has
   * another history by now.
   */
  MOVED(KvOutcome.PREFILL),
  /** The tier below the cache held all rows and the final state. There is nothing to encode. */
  RELOADED(KvOutcome.RELOAD),
  /** The tier below the cache held the first rows. The other rows are to be encoded. */
  RELOADED_PART(KvOutcome.RELOAD),
  /**
   * Leased blocks leave no room. The leases of {@link UserKvCache#branch} and {@link
   * UserKvCache#aside} also carry this reason.
   */
  NO_ROOM(KvOutcome.UNCACHED),
  /** Another request wrote the entry for longer than this request would wait. */
  BUSY(KvOutcome.UNCACHED);

  private final KvOutcome outcome;

  KvReason(KvOutcome outcome) {
    this.outcome = outcome;
  }

  /** Returns the outcome to which this reason leads. */
  public KvOutcome outcome() {
    return outcome;
  }
}
