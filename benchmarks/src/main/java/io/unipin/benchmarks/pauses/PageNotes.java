package io.unipin.benchmarks.pauses;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The results of page requests. Each result has the time of its request. Thread-safe. */
final class PageNotes {
  private static final long CALM_NANOS = 2_000_000_000L;

  private final List<Note> notes = new ArrayList<>();

  /**
   * The result of one page.
   *
   * @param atNanos time of the request
   * @param missing note of what the server left out, or of how the call failed
   */
  record Note(long atNanos, String missing) {
    boolean isWhole() {
      return missing.equals(JudgedPages.WHOLE);
    }
  }

  synchronized void add(Note note) {
    notes.add(note);
  }

  /** Returns the number of pages that were requested in a span of time. */
  synchronized long pages(long fromNanos, long toNanos) {
    return notes.stream().filter(note -> isIn(note, fromNanos, toNanos)).count();
  }

  private static boolean isIn(Note note, long fromNanos, long toNanos) {
    return note.atNanos() - fromNanos >= 0 && note.atNanos() - toNanos < 0;
  }

  /**
   * Returns the number of pages that were requested in a span of time and were degraded or refused.
   */
  synchronized long lessThanWhole(long fromNanos, long toNanos) {
    return notes.stream().filter(note -> isIn(note, fromNanos, toNanos) && !note.isWhole()).count();
  }

  /**
   * Counts the pages that were requested in a span of time and were degraded or refused. Returns
   * one number for each note.
   */
  synchronized Map<String, Long> missing(long fromNanos, long toNanos) {
    Map<String, Long> kinds = new TreeMap<>();
    for (Note note : notes) {
      if (isIn(note, fromNanos, toNanos) && !note.isWhole()) {
        kinds.merge(note.missing(), 1L, Long::sum);
      }
    }
    return kinds;
  }

  /**
   * Returns the number of seconds from a moment until pages are complete again. Pages count as
   * complete if no page of the next two seconds is incomplete. Returns infinity if this never
   * happens.
   *
   * @param fromNanos the moment
   * @param toNanos end of the recorded time
   */
  synchronized double wholeAgain(long fromNanos, long toNanos) {
    long begin = fromNanos;
    while (begin + CALM_NANOS - toNanos <= 0) {
      long last = lastLess(begin, begin + CALM_NANOS);
      if (last < 0) {
        return (begin - fromNanos) / 1e9;
      }
      begin += last + 1;
    }
    return Double.POSITIVE_INFINITY;
  }

  /**
   * Returns the number of nanoseconds from the beginning of a span to its last incomplete page, or
   * a negative number if there is no such page.
   */
  private long lastLess(long fromNanos, long toNanos) {
    return notes.stream()
        .filter(note -> isIn(note, fromNanos, toNanos) && !note.isWhole())
        .mapToLong(note -> note.atNanos() - fromNanos)
        .max()
        .orElse(-1);
  }
}
