package io.unipin.benchmarks.pauses;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What became of pages, by the time at which they were asked for. Thread-safe. */
final class PageNotes {
  private static final long CALM_NANOS = 2_000_000_000L;

  private final List<Note> notes = new ArrayList<>();

  /**
   * One page.
   *
   * @param missing what the server left out, or how it failed
   */
  record Note(long atNanos, String missing) {
    boolean isWhole() {
      return missing.equals(JudgedPages.WHOLE);
    }
  }

  synchronized void add(Note note) {
    notes.add(note);
  }

  /** Pages asked for in a span of time. */
  synchronized long pages(long fromNanos, long toNanos) {
    return notes.stream().filter(note -> isIn(note, fromNanos, toNanos)).count();
  }

  private static boolean isIn(Note note, long fromNanos, long toNanos) {
    return note.atNanos() - fromNanos >= 0 && note.atNanos() - toNanos < 0;
  }

  /** Pages of that span that were degraded or refused. */
  synchronized long lessThanWhole(long fromNanos, long toNanos) {
    return notes.stream().filter(note -> isIn(note, fromNanos, toNanos) && !note.isWhole()).count();
  }

  /** The same, by what was left out. */
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
   * Seconds from a moment until two seconds begin in which every page is whole; infinite when none do.
   *
   * @param toNanos the end of what is noted
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

  /** The time from the beginning of a span to its last page that was not whole; less than 0 without one. */
  private long lastLess(long fromNanos, long toNanos) {
    return notes.stream()
        .filter(note -> isIn(note, fromNanos, toNanos) && !note.isWhole())
        .mapToLong(note -> note.atNanos() - fromNanos)
        .max()
        .orElse(-1);
  }
}
