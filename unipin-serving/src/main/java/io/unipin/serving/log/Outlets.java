package io.unipin.serving.log;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A log that goes to segments, to a spool, or to both. It behaves as one {@link EntryLog}.
 * Thread-safe.
 */
public final class Outlets<E> implements AutoCloseable {
  /*
   * The log whose entries go to segments. This log and the spool count erasures by the same hash of
   * the user. So an erasure mark that one of them returns is valid for both.
   */
  private final EntryLog<E> segments;
  private final @Nullable Spool<E> spool;

  private Outlets(EntryLog<E> segments, @Nullable Spool<E> spool) {
    this.segments = segments;
    this.spool = spool;
  }

  /**
   * Opens the segments, and takes ownership of the spool.
   *
   * @param spool spool that also gets all entries; null if there is no spool
   */
  public static <E> Outlets<E> open(
      String name, ServedLogConfig config, @Nullable Spool<E> spool, Function<E, String> user) {
    return new Outlets<>(EntryLog.open(name, config, user), spool);
  }

  /** Returns the user's mark as {@link EntryLog#mark} does. */
  public long mark(String user) {
    return segments.mark(user);
  }

  /**
   * Offers an entry as {@link EntryLog#offer} does. Returns true unless the segments or the spool
   * refused the entry.
   */
  public boolean offer(E entry, long mark) {
    boolean taken = segments.offer(entry, mark);
    return (spool == null || spool.log().offer(entry, mark)) && taken;
  }

  /** Returns the number of entries that the segments have dropped since the start. */
  public long dropped() {
    return segments.dropped();
  }

  /**
   * Erases a user's entries everywhere, even if one of the logs fails.
   *
   * @return whether the user had any entry
   */
  public boolean erase(String user) {
    boolean spooled = false;
    boolean written;
    try {
      written = segments.erase(user);
    } finally {
      if (spool != null) {
        spooled = spool.log().erase(user);
      }
    }
    return written || spooled;
  }

  /** Closes the segments and the spool. Idempotent. */
  @Override
  public void close() {
    segments.close();
    if (spool != null) {
      spool.close();
    }
  }
}
