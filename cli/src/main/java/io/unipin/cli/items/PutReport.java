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
 * Accounts for the rows of a file. The number of rows equals the sum of all outcomes, as long as
 * every row has an answer. One thread.
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

  /** Notes a row that was refused before it was sent. */
  void refused(String place, String reason) {
    add(Outcome.REFUSED, 1);
    tell("refused: " + place + ": " + reason);
  }

  /** Notes a row that would be sent. */
  void sound() {
    add(Outcome.OUTCOME_UNSPECIFIED, 1);
  }

  /** Notes what the server made of a row. */
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

  /** Prints the rows that are not served, at most twenty, and the sum of all rows. */
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
