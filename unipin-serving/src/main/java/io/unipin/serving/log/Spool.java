package io.unipin.serving.log;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * A log on the disk that keeps entries until a thread takes them out and sends them elsewhere. The
 * oldest entries are taken out first. The bytes on the disk are bounded. When these bytes are used
 * up, further entries wait in the queue in memory. Entries that do not fit into the queue are
 * dropped and counted.
 *
 * <p>Thread-safe, but only one thread at a time may take entries out.
 */
public final class Spool<E> implements AutoCloseable {
  private final EntryLog<E> log;
  private volatile Runnable last = () -> {};

  private Spool(EntryLog<E> log) {
    this.log = log;
  }

  /**
   * Opens a spool. The entries that an earlier process left in the folder are taken out first.
   *
   * @param name prefix of the log's file names
   * @param maxBytes bound of the bytes on the disk, which one segment may exceed
   * @param user returns the user id of an entry
   */
  public static <E> Spool<E> open(
      String name, ServedLogConfig config, long maxBytes, Function<E, String> user) {
    return new Spool<>(EntryLog.open(name, config, SegmentRoom.of(maxBytes), user));
  }

  EntryLog<E> log() {
    return log;
  }

  /** Sets the task that takes out the last entries when the spool closes. */
  public void beforeClose(Runnable task) {
    last = task;
  }

  /** Returns the oldest entries on the disk; empty if the disk holds no entries. */
  public Optional<SpooledLines> oldest() throws IOException {
    return log.segments().oldest();
  }

  /** Deletes entries that were taken out and are now stored durably elsewhere. */
  public void taken(SpooledLines lines) throws IOException {
    log.segments().remove(lines.segment());
  }

  /** Returns the bytes of the entries on the disk. */
  public long bytes() {
    return log.segments().waiting();
  }

  /** Returns the number of entries dropped since the start. */
  public long dropped() {
    return log.dropped();
  }

  /**
   * Writes the queued entries, runs the task that takes out the last entries, and closes the spool.
   * Idempotent.
   */
  @Override
  public void close() {
    log.drain();
    try {
      last.run();
    } finally {
      log.close();
    }
  }
}
