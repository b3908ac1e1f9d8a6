package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.infer.profile.TimeFormat;
import io.unipin.feedlog.infer.words.NameWords;
import io.unipin.feedlog.infer.words.NameWords.Word;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The column of the times of actions, and how it is read.
 *
 * @param clock column with the time of day, if {@code date} has the day alone; null otherwise
 * @param reason why this column was chosen, as a short phrase
 */
record TimeColumn(
    ColumnProfile date, @Nullable ColumnProfile clock, TimeFormat format, String reason) {
  private static final Set<Word> NO_TIME =
      EnumSet.of(
          Word.USER, Word.ITEM, Word.WEAK_ITEM, Word.SESSION, Word.SLATE, Word.ID, Word.OTHER);

  private static final long DAY_MS = 86_400_000L;
  private static final String CLOCK = "\\d{1,2}:\\d{2}(:\\d{2})?";

  /** A column and how well its name fits the time of an action. */
  private record Scored(ColumnProfile column, int score) {}

  /**
   * Returns the column of times; null if the table has none.
   *
   * @throws InferenceException if two readings are equally good
   */
  static @Nullable TimeColumn find(TableProfile table, Decisions decisions) {
    if (decisions.isNone(Role.TIME)) {
      return null;
    }
    ColumnProfile decided = decisions.column(Role.TIME, table);
    if (decided != null) {
      return of(table, decided, decisions, Role.TIME.flag() + " says so");
    }
    List<Scored> found = new ArrayList<>();
    for (ColumnProfile column : table.columns()) {
      int score = score(column);
      if (score > 0) {
        found.add(new Scored(column, score));
      }
    }
    if (found.isEmpty()) {
      return null;
    }
    Scored best = found.get(0);
    for (Scored other : found) {
      best = isBetter(other, best) ? other : best;
    }
    for (Scored other : found) {
      boolean rival = !isBetter(best, other) && !other.column().equals(best.column());
      if (rival && !isSame(table, best.column(), other.column())) {
        throw new InferenceException(
            "%s: one column of times expected, but '%s' and '%s' both fit: --time '%s' or --time '%s' decides"
                .formatted(
                    table.name(),
                    best.column().name(),
                    other.column().name(),
                    best.column().name(),
                    other.column().name()));
      }
    }
    boolean named = NameWords.set(best.column().name()).contains(Word.TIME);
    return of(table, best.column(), decisions, named ? "its name" : "its values");
  }

  /**
   * Whether the first column's name fits better. If both fit equally well, a number is preferred to
   * a text.
   */
  private static boolean isBetter(Scored one, Scored other) {
    boolean clear = one.column().isNumber() && !other.column().isNumber();
    return one.score() > other.score() || (one.score() == other.score() && clear);
  }

  private static boolean isSame(TableProfile table, ColumnProfile a, ColumnProfile b) {
    return table.relations().determined(a.name(), b.name()) > 0.99
        && table.relations().determined(b.name(), a.name()) > 0.99;
  }

  private static int score(ColumnProfile column) {
    if (column.formats().isEmpty()) {
      return 0;
    }
    Set<Word> words = NameWords.set(column.name());
    boolean time = words.contains(Word.TIME);
    if (words.contains(Word.CLOCK) || (!time && words.stream().anyMatch(NO_TIME::contains))) {
      return 0;
    }
    int score = time ? 4 : 2;
    score += words.contains(Word.HAPPENED) ? 2 : 0;
    score -= words.contains(Word.OTHER_TIME) ? 3 : 0;
    score += isDays(column) ? 0 : 1;
    boolean constant = column.distinct() == 1 && column.rows() > 1;
    return constant ? Math.min(score, 1) : Math.max(score, 0);
  }

  /** Whether all known values are whole days. */
  private static boolean isDays(ColumnProfile column) {
    TimeFormat format = column.formats().iterator().next();
    for (String value : column.first()) {
      OptionalLong time = format.milliseconds(value);
      if (time.isPresent() && time.getAsLong() % DAY_MS != 0) {
        return false;
      }
    }
    return true;
  }

  private static TimeColumn of(
      TableProfile table, ColumnProfile column, Decisions decisions, String reason) {
    Set<TimeFormat> formats = column.formats();
    if (formats.isEmpty()) {
      throw new InferenceException(
          "%s: times expected in '%s', got values such as %s; known are seconds, milliseconds, micro- and nanoseconds since 1970, ISO 8601 and usual dates"
              .formatted(table.name(), column.name(), column.first()));
    }
    TimeFormat format = formats.iterator().next();
    if (formats.contains(TimeFormat.DAY_FIRST) && formats.contains(TimeFormat.MONTH_FIRST)) {
      format =
          decisions
              .format()
              .orElseThrow(
                  () ->
                      new InferenceException(
                          "%s: '%s' (such as %s) can be day/month/year or month/day/year: --time-format day-first or --time-format month-first decides"
                              .formatted(table.name(), column.name(), column.first().get(0))));
    }
    return new TimeColumn(column, clock(table, column, format), format, reason);
  }

  /** Returns the column of the time of day that belongs to a column of days. */
  private static @Nullable ColumnProfile clock(
      TableProfile table, ColumnProfile column, TimeFormat format) {
    if (!isDays(column) || format.compareTo(TimeFormat.ISO) < 0 || format == TimeFormat.COMPACT) {
      return null;
    }
    for (ColumnProfile other : table.columns()) {
      Set<Word> words = NameWords.set(other.name());
      boolean named = words.contains(Word.CLOCK) || words.contains(Word.TIME);
      if (named
          && !other.first().isEmpty()
          && other.first().stream().allMatch(value -> value.matches(CLOCK))) {
        return other;
      }
    }
    return null;
  }

  /** Returns the SQL expression of the milliseconds since 1970. */
  String sql() {
    return clock == null
        ? format.sql(date.sql())
        : format.sql("(" + date.sql() + " || ' ' || " + clock.sql() + ")");
  }

  /** Returns the names of the columns that hold the times. */
  Set<String> columns() {
    return clock == null ? Set.of(date.name()) : Set.of(date.name(), clock.name());
  }
}
