package io.unipin.serving.history;

/**
 * The last erasure of a user, as a store knew it at one moment. A change that was checked against
 * this erasure is made only if the user was not erased after it.
 *
 * @param timeMs time of the erasure in milliseconds since 1970; {@link #NEVER} if the user was
 *     never erased
 * @param askedMs the moment at which the store knew this, in milliseconds since 1970, by the clock
 *     of the store
 */
public record KnownErasure(long timeMs, long askedMs) {
  /** A time before every erasure. */
  public static final long NEVER = Long.MIN_VALUE;

  /** The value for a change that is made even if the user was erased. */
  public static final KnownErasure ANY = new KnownErasure(Long.MAX_VALUE, 0);

  /** Whether the change is made even if the user was erased. */
  public boolean isAny() {
    return timeMs == Long.MAX_VALUE;
  }
}
