package io.unipin.serving.log;

import io.unipin.serving.history.ActionEvent;
import java.util.List;

/**
 * The log of what was served and what users did with it: tomorrow's training data ({@link ServedLogExport}).
 *
 * <p>Never delays a request, see {@link EntryLog}. Thread-safe.
 */
public final class ServedLog implements AutoCloseable {
  private final EntryLog<ServedEntry> entries;

  private ServedLog(EntryLog<ServedEntry> entries) {
    this.entries = entries;
  }

  /** Opens a log; one that is not enabled takes nothing. */
  public static ServedLog open(ServedLogConfig config) {
    return new ServedLog(EntryLog.open("served", config, ServedEntry::user));
  }

  /** What {@link EntryLog#mark} says of the user. */
  public long mark(String user) {
    return entries.mark(user);
  }

  /** Logs a page of a user who is not being erased. */
  public void served(Slate slate) {
    served(slate, mark(slate.user()));
  }

  /** Logs actions of a user who is not being erased. */
  public void recorded(String user, List<ActionEvent> events) {
    recorded(user, events, mark(user));
  }

  /** Logs a page. */
  public void served(Slate slate, long mark) {
    entries.offer(ServedEntry.of(slate), mark);
  }

  /** Logs actions of a user that were recorded. */
  public void recorded(String user, List<ActionEvent> events, long mark) {
    for (ActionEvent event : events) {
      entries.offer(ServedEntry.of(user, event), mark);
    }
  }

  /** Logs that a user's events were taken back at a time. */
  public void retracted(String user, List<String> eventIds, long revision, long timeMs, long mark) {
    for (String event : eventIds) {
      entries.offer(ServedEntry.retraction(user, event, revision, timeMs), mark);
    }
  }

  /** Entries that were dropped since the start. */
  public long dropped() {
    return entries.dropped();
  }

  /**
   * Forgets a user: what waits in memory, and what is on disk.
   *
   * @return whether there was anything
   */
  public boolean erase(String user) {
    return entries.erase(user);
  }

  /** Writes what is queued. Idempotent. */
  @Override
  public void close() {
    entries.close();
  }
}
