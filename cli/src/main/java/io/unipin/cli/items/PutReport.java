package io.unipin.cli.items;

import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.ItemVerdict.Outcome;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Counts the rows of a file by outcome. If every row has an answer, the numbers of all outcomes add
 * up to the number of rows. Not thread-safe.
 */
final class PutReport {
  private static final int SHOWN = 20;

  private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
  private final List<String> shown = new ArrayList<>();
  private long read;
  private long told;

  /** Counts a row that was read. */
  void read() {
    read++;
  }

  /** Counts a row that was refused before it was sent, and keeps the reason. */
  void refused(String place, String reason) {
    add(Outcome.REFUSED, 1);
    tell("refused: " + place + ": " + reason);
  }

  /** Counts a valid row that a dry run does not send. */
  void sound() {
    add(Outcome.OUTCOME_UNSPECIFIED, 1);
  }

  /**
   * Counts a row's outcome, as the server reported it. Keeps the reason if the row is not served.
   */
  void answered(String place, ItemVerdict verdict) {
    add(verdict.getOutcome(), 1);
    if (verdict.getOutcome() == Outcome.REFUSED) {
      tell("refused: %s: item %s: %s".formatted(place, verdict.getId(), verdict.getReason()));
    } else if (verdict.getOutcome() == Outcome.NOT_SERVED) {
      tell(
          "kept, not served: %s: item %s: %s"
              .formatted(place, verdict.getId(), verdict.getReason()));
    }
  }

  private void add(Outcome outcome, long rows) {
    counts.merge(outcome, rows, Long::sum);
  }

  private void tell(String line) {
    told++;
    if (shown.size() < SHOWN) {
      shown.add(line);
    }
  }

  long rows() {
    return read;
  }

  long count(Outcome outcome) {
    return counts.getOrDefault(outcome, 0L);
  }

  private long answers() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Prints at most twenty rows that are refused or not served, and the number of rows with each
   * outcome.
   */
  void print(PrintWriter out) {
    shown.forEach(out::println);
    if (told > shown.size()) {
      out.printf(
          Locale.ROOT, "and %,d rows more that are refused or not served%n", told - shown.size());
    }
    out.println(number(read) + " rows read = " + String.join(" + ", terms()));
  }

  private List<String> terms() {
    List<String> terms = new ArrayList<>();
    if (counts.containsKey(Outcome.OUTCOME_UNSPECIFIED)) {
      terms.add(number(count(Outcome.OUTCOME_UNSPECIFIED)) + " sound");
    } else {
      terms.add(number(count(Outcome.ADDED)) + " added");
      terms.add(number(count(Outcome.REPLACED)) + " replaced");
      terms.add(number(count(Outcome.UNCHANGED)) + " unchanged");
    }
    optional(terms, count(Outcome.KNOWN_BY_BUNDLE), "that the bundle has itself");
    optional(terms, count(Outcome.NOT_SERVED), "kept, not served");
    terms.add(number(count(Outcome.REFUSED)) + " refused");
    optional(terms, read - answers(), "without an answer");
    return terms;
  }

  private static void optional(List<String> terms, long count, String words) {
    if (count > 0) {
      terms.add(number(count) + " " + words);
    }
  }

  private static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
