package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.TimeFormat;
import io.unipin.feedlog.infer.words.NameWords;
import io.unipin.feedlog.source.DelimitedReader;
import io.unipin.feedlog.source.HeaderNames;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceRow;
import io.unipin.feedlog.source.TextInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how a piece of delimited text is written. A pure function of the first bytes of the
 * text.
 */
final class DialectSniffer {
  private static final List<String> DELIMITERS = List.of("\t", ",", ";", "|", "::", " ");
  private static final String QUOTE = "\"";
  private static final int TESTED_ROWS = 1_000;
  private static final int MAX_LINE = 1 << 20;
  private static final int LONGEST_NAME = 64;
  private static final double CONSISTENT = 0.9;
  private static final Pattern NO_NAME = Pattern.compile("(?s).*([{}\\[\\]]|://).*");
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+([.,]\\d+)?");

  private final byte[] head;
  private final String encoding;

  private DialectSniffer(byte[] head) {
    this.head = head;
    this.encoding = encoding(head);
  }

  /**
   * Returns the dialect of text.
   *
   * @param head the first bytes, which may end anywhere
   */
  static Dialect sniff(byte[] head) throws IOException {
    return new DialectSniffer(head).find();
  }

  /** A dialect that was tried, and its first rows. */
  private record Trial(String delimiter, String quote, List<SourceRow> rows, boolean broken) {
    int columns() {
      Map<Integer, Integer> counts = new HashMap<>();
      rows.forEach(row -> counts.merge(row.values().size(), 1, Integer::sum));
      return counts.entrySet().stream()
          .max(Map.Entry.comparingByValue())
          .map(Map.Entry::getKey)
          .orElse(0);
    }

    double consistency() {
      int columns = columns();
      long fits =
          rows.stream()
              .filter(row -> row.values().size() == columns && row.fault().isEmpty())
              .count();
      return rows.isEmpty() || broken ? 0 : (double) fits / rows.size();
    }
  }

  private Dialect find() throws IOException {
    Trial best = null;
    for (String delimiter : DELIMITERS) {
      Trial trial = better(trial(delimiter, QUOTE), trial(delimiter, ""));
      boolean splits = trial.columns() > 1 && trial.consistency() >= CONSISTENT;
      if (splits && (best == null || isBetter(trial, best))) {
        best = trial;
      }
    }
    Trial found = best == null ? trial(",", QUOTE) : best;
    List<String> given = header(found.rows());
    List<String> names = distinct(withFirst(given, found));
    return new Dialect(
        encoding,
        found.delimiter(),
        found.quote(),
        !given.isEmpty(),
        !names.equals(given),
        given.isEmpty() ? numbered(found.columns()) : names);
  }

  /**
   * Returns the trial that treats quotes as the text does. Tab-separated text in which no value
   * begins with a quote has no quotes.
   */
  private static Trial better(Trial quoted, Trial plain) {
    boolean used =
        plain.rows().stream()
            .flatMap(row -> row.values().stream())
            .anyMatch(value -> value != null && value.startsWith(QUOTE));
    if (!used) {
      return plain.delimiter().equals("\t")
          ? plain
          : new Trial(plain.delimiter(), QUOTE, plain.rows(), plain.broken());
    }
    return quoted.consistency() >= plain.consistency() ? quoted : plain;
  }

  private static boolean isBetter(Trial trial, Trial best) {
    return !trial.delimiter().equals(" ") && trial.columns() > best.columns();
  }

  private Trial trial(String delimiter, String quote) throws IOException {
    List<SourceRow> rows = new ArrayList<>();
    boolean broken = false;
    try (DelimitedReader reader =
        new DelimitedReader(input(), new DelimitedReader.Format(delimiter, quote, MAX_LINE))) {
      Optional<SourceRow> row = reader.next();
      while (row.isPresent() && rows.size() < TESTED_ROWS) {
        if (!row.get().values().equals(List.of(""))) {
          rows.add(row.get());
        }
        row = reader.next();
      }
      if (row.isEmpty() && rows.size() > 1) {
        rows.remove(rows.size() - 1); // the last row may be cut
      }
    } catch (SourceException e) {
      broken = rows.size() < TESTED_ROWS / 2;
    }
    return new Trial(delimiter, quote, rows, broken);
  }

  private TextInput input() throws IOException {
    return TextInput.of(
        new ByteArrayInputStream(head),
        new Dialect(encoding, ",", "", true, false, List.of()).charset());
  }

  static String encoding(byte[] head) {
    int two = head.length < 2 ? 0 : (head[0] & 255) << 8 | (head[1] & 255);
    if (two == 0xFFFE || two == 0xFEFF) {
      return "utf-16";
    }
    int nulls = 0;
    int tested = Math.min(head.length, 4096);
    for (int i = 1; i < tested; i += 2) {
      nulls += head[i] == 0 ? 1 : 0;
    }
    if (tested > 3 && nulls > tested / 4) {
      return "utf-16";
    }
    return isUtf8(head) ? "utf-8" : "latin-1";
  }

  private static boolean isUtf8(byte[] head) {
    for (int cut = 0; cut < 4 && cut <= head.length; cut++) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(head, 0, head.length - cut));
        return true;
      } catch (CharacterCodingException e) {
        // The last character may be cut.
      }
    }
    return false;
  }

  private static List<String> numbered(int columns) {
    List<String> names = new ArrayList<>();
    for (int at = 1; at <= columns; at++) {
      names.add("c" + at);
    }
    return names;
  }

  /**
   * Returns the names that the first row gives to the columns; empty if the first row is a row of
   * values.
   */
  private static List<String> header(List<SourceRow> rows) {
    if (rows.isEmpty()) {
      return List.of();
    }
    boolean known = false;
    boolean twice = false;
    Set<String> seen = new HashSet<>();
    List<@Nullable String> first = rows.get(0).values();
    for (int at = 0; at < first.size(); at++) {
      String name = String.valueOf(first.get(at)).strip();
      boolean blank = name.isEmpty();
      known |= !blank && NameWords.isKnown(name);
      twice |= !blank && !seen.add(name.toLowerCase(Locale.ROOT));
      if (NUMBER.matcher(name).matches()
          || name.length() > LONGEST_NAME
          || NO_NAME.matcher(name).matches()
          || isTime(name)) {
        return List.of();
      }
    }
    boolean again = (!known || twice) && comesAgain(first, rows);
    return again || (twice && !known) ? List.of() : HeaderNames.of(first);
  }

  /**
   * Returns a header's names, with a name for the first column if the header lacks this name. Some
   * programs write a column of row names, but no name for it.
   */
  private static List<String> withFirst(List<String> names, Trial trial) {
    boolean longer = !names.isEmpty() && trial.columns() == names.size() + 1;
    boolean ends =
        trial.rows().stream()
            .skip(1)
            .filter(row -> row.values().size() == trial.columns())
            .allMatch(row -> "".equals(row.values().get(trial.columns() - 1)));
    if (!longer || ends) {
      return names;
    }
    List<String> all = new ArrayList<>(List.of("row"));
    all.addAll(names);
    return all;
  }

  /** Returns names that differ in more than case: {@code name, name_2} and so on. */
  private static List<String> distinct(List<String> names) {
    Set<String> seen = new HashSet<>();
    List<String> all = new ArrayList<>();
    for (String name : names) {
      String unique = name;
      for (int count = 2; !seen.add(unique.toLowerCase(Locale.ROOT)); count++) {
        unique = name + "_" + count;
      }
      all.add(unique);
    }
    return all;
  }

  private static boolean isTime(String text) {
    return Arrays.stream(TimeFormat.values()).anyMatch(f -> f.milliseconds(text).isPresent());
  }

  /** Whether another row has the same value as the first row in some column. */
  private static boolean comesAgain(List<@Nullable String> first, List<SourceRow> rows) {
    for (SourceRow row : rows.subList(1, rows.size())) {
      for (int at = 0; at < Math.min(first.size(), row.values().size()); at++) {
        String value = first.get(at);
        if (value != null && !value.isBlank() && value.equals(row.values().get(at))) {
          return true;
        }
      }
    }
    return false;
  }
}
