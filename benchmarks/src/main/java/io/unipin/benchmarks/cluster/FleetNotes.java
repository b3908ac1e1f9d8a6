package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.measure.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The outcomes of the calls of a fleet's users. Thread-safe. */
final class FleetNotes {
  private final List<PageNote> pages = new ArrayList<>();
  private Latencies records = new Latencies();
  private final List<CallFailure> recordFailures = new ArrayList<>();
  private int recorded;

  synchronized void page(PageNote note) {
    pages.add(note);
  }

  synchronized void recorded(double millis) {
    recorded++;
    records.add(millis);
  }

  /**
   * Notes that a call to record an action failed.
   *
   * @param atNanos time at which the call began
   */
  synchronized void recordFailed(long atNanos, double millis, String failure) {
    recordFailures.add(new CallFailure(atNanos, millis, "record", failure));
  }

  /** Forgets all calls so far. */
  synchronized void clear() {
    pages.clear();
    records = new Latencies();
    recordFailures.clear();
    recorded = 0;
  }

  /** Whether pages were requested within the last {@code span}, and no call in this span failed. */
  synchronized boolean isCalm(Duration span) {
    long from = System.nanoTime() - span.toNanos();
    boolean asked = false;
    for (PageNote note : pages) {
      if (note.atNanos() - from >= 0) {
        asked = true;
        if (note.hasFailed()) {
          return false;
        }
      }
    }
    return asked && recordFailures.stream().noneMatch(failure -> failure.atNanos() - from >= 0);
  }

  /** Returns the number of calls of both kinds. */
  synchronized int calls() {
    return pages.size() + recorded + recordFailures.size();
  }

  synchronized int failed() {
    return recordFailures.size() + count(PageNote::hasFailed);
  }

  /** Returns the failed calls of both kinds, oldest first. */
  synchronized List<CallFailure> failures() {
    return Stream.concat(
            recordFailures.stream(),
            pages.stream().filter(PageNote::hasFailed).map(PageNote::failureOfCall))
        .sorted((a, b) -> Long.signum(a.atNanos() - b.atNanos()))
        .toList();
  }

  synchronized int pages() {
    return pages.size();
  }

  synchronized int count(Predicate<PageNote> property) {
    return count(pages, property);
  }

  private static int count(List<PageNote> notes, Predicate<PageNote> property) {
    return (int) notes.stream().filter(property).count();
  }

  /** Returns the number of pages that lacked an acknowledged action without reporting it. */
  synchronized int stale() {
    return count(note -> note.missing() > 0 && !note.isDegraded());
  }

  /**
   * Returns the share of hits among the pages that were asked for in a span.
   *
   * @return the share; NaN if there was no page
   */
  synchronized double hits(long fromNanos, Duration length) {
    return hits(
        pages.stream()
            .filter(
                note ->
                    note.atNanos() - fromNanos >= 0
                        && note.atNanos() - fromNanos < length.toNanos())
            .toList());
  }

  private static double hits(List<PageNote> notes) {
    long answered = notes.stream().filter(note -> !note.hasFailed()).count();
    return (double) count(notes, PageNote::isHit) / answered;
  }

  /**
   * The pages of a span.
   *
   * @param hits share of hits among the pages that were answered
   */
  record Span(int pages, int failed, int degraded, double hits, double p99Millis) {}

  /** Returns the pages that were asked for since a moment; at least one is expected. */
  synchronized Span since(long fromNanos) {
    List<PageNote> all = pages.stream().filter(note -> note.atNanos() - fromNanos >= 0).toList();
    Latencies times = new Latencies();
    all.forEach(note -> times.add(note.millis()));
    return new Span(
        all.size(),
        count(all, PageNote::hasFailed),
        count(all, PageNote::isDegraded),
        hits(all),
        times.quantile(.99));
  }

  /**
   * Returns the seconds from a moment until a calm span begins. In a calm span, every page is
   * complete and every action is recorded.
   *
   * @return the seconds; infinity if there is no such span
   */
  synchronized double wholeAgain(long fromNanos, Duration calm) {
    long begin = fromNanos;
    long end = fromNanos;
    for (CallFailure failure : recordFailures) {
      begin = failure.atNanos() - begin > 0 ? failure.atNanos() : begin;
    }
    for (PageNote note : pages) {
      if (note.atNanos() - fromNanos < 0) {
        continue;
      }
      end = Math.max(end, note.atNanos());
      if (note.hasFailed() || note.isDegraded()) {
        begin = Math.max(begin, note.atNanos());
      }
    }
    return end - begin < calm.toNanos() ? Double.POSITIVE_INFINITY : (begin - fromNanos) / 1e9;
  }

  /** Returns the times of all pages that were answered. */
  synchronized Latencies pageTimes() {
    Latencies times = new Latencies();
    pages.stream().filter(note -> !note.hasFailed()).forEach(note -> times.add(note.millis()));
    return times;
  }

  synchronized Latencies recordTimes() {
    return records;
  }
}
