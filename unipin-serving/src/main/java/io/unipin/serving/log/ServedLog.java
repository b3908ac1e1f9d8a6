package io.unipin.serving.log;

import io.unipin.serving.history.ActionEvent;
import java.util.List;

/**
 * The log of served pages and of users' actions. Later models are trained on this log. See
 * {@link ServedLogExport}.
 *
 * <p>The log never delays a request. See {@link EntryLog}. Thread-safe.
 */
public final class ServedLog implements AutoCloseable {
  private static final String NAME = "served";

  private final Outlets<ServedEntry> entries;

  private ServedLog(Outlets<ServedEntry> entries) {
    this.entries = entries;
  }

  /** Opens a log. A disabled log takes no entries. */
  public static ServedLog open(ServedLogConfig config) {
    return open(config, SpoolOpener.NONE);
  }

  /**
   * Opens a log whose entries may also go to a spool.
   *
   * @param opener opens the spool, if there is one
   */
  public static ServedLog open(ServedLogConfig config, SpoolOpener opener) {
    Spool<ServedEntry> spool = opener.open(NAME, ServedEntry::user);
    return new ServedLog(Outlets.open(NAME, config, spool, ServedEntry::user));
  }

  /** Returns the user's mark as {@link EntryLog#mark} does. */
  public long mark(String user) {
    return entries.mark(user);
  }

  /** Logs a page of a user. No erasure of the user may run during this call. */
  public void served(Slate slate) {
    served(slate, mark(slate.user()));
  }

  /** Logs actions of a user. No erasure of the user may run during this call. */
  public void recorded(String user, List<ActionEvent> events) {
    recorded(user, events, mark(user));
  }

  /** Logs a page unless the user was erased after the mark was taken. */
  public void served(Slate slate, long mark) {
    entries.offer(ServedEntry.of(slate), mark);
  }

  /** Logs the recorded actions of a user unless the user was erased after the mark was taken. */
  public void recorded(String user, List<ActionEvent> events, long mark) {
    for (ActionEvent event : events) {
      entries.offer(ServedEntry.of(user, event), mark);
    }
  }

  /** Logs that a user's events were retracted at the given time. */
  public void retracted(String user, List<String> eventIds, long revision, long timeMs, long mark) {
    for (String event : eventIds) {
      entries.offer(ServedEntry.retraction(user, event, revision, timeMs), mark);
    }
  }

  /** Returns the number of entries dropped since the start. */
  public long dropped() {
    return entries.dropped();
  }

  /**
   * Erases a user's entries in memory and on disk.
   *
   * @return whether the user had any entry
   */
  public boolean erase(String user) {
    return entries.erase(user);
  }

  /** Writes the queued entries and closes the log. Idempotent. */
  @Override
  public void close() {
    entries.close();
  }
}
