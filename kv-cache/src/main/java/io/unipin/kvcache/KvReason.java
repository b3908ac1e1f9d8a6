package io.unipin.kvcache;

/** Why a request got its {@link KvOutcome}. */
public enum KvReason {
  /** The entry has these tokens and no others. */
  UNCHANGED(KvOutcome.HIT),
  /** The entry lacks the last tokens. */
  GROWN(KvOutcome.APPEND),
  /** The entry has other tokens from some place on: a correction, a late event, a shorter history. */
  CORRECTED(KvOutcome.APPEND),
  /** No entry: a new user, or one whose entry went. */
  ABSENT(KvOutcome.PREFILL),
  /** The entry has none of these tokens: its window moved, or the history is another one. */
  MOVED(KvOutcome.PREFILL),
  /** What is in use leaves no room. */
  NO_ROOM(KvOutcome.UNCACHED),
  /** Another request was writing the entry for longer than this one would wait. */
  BUSY(KvOutcome.UNCACHED);

  private final KvOutcome outcome;

  KvReason(KvOutcome outcome) {
    this.outcome = outcome;
  }

  /** Returns the outcome that this is a reason of. */
  public KvOutcome outcome() {
    return outcome;
  }
}
