package io.unipin.serving.history;

/**
 * The last erasure of a user, as a store knew it at one moment. A change that was checked against it
 * is made only if the user was not erased since.
 *
 * @param timeMs time of the erasure in milliseconds since 1970; {@link #NEVER} without an erasure
 * @param askedMs time of that moment in milliseconds since 1970, by the clock of the store
 */
public record KnownErasure(long timeMs, long askedMs) {
  /** Earlier than every erasure. */
  public static final long NEVER = Long.MIN_VALUE;

  /** Stands for any erasure, for a change that is made in any case. */
  public static final KnownErasure ANY = new KnownErasure(Long.MAX_VALUE, 0);

  /** Whether a change is made whatever was erased. */
  public boolean isAny() {
    return timeMs == Long.MAX_VALUE;
  }
}
