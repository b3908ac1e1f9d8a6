package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.ColumnProfile.ListShape;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.infer.words.NameWords;
import io.unipin.feedlog.infer.words.NameWords.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the column of users and the column of items of one table. */
final class KeyColumns {
  /** Words that do not occur in the name of a column of users or items. */
  private static final Set<Word> NO_KEY =
      EnumSet.of(
          Word.CATEGORY,
          Word.TEXT,
          Word.OTHER,
          Word.TIME,
          Word.OTHER_TIME,
          Word.CLOCK,
          Word.RATING,
          Word.POSITION,
          Word.ACTION);

  private static final int LONGEST = 128;
  private static final double SAME = 0.99;
  private static final double MUCH_FULLER = 0.3;

  /** A column of users is of little use if a smaller share of the rows than this has a value. */
  private static final double SPARSE = 0.5;

  private static final double FULL = 0.9;

  private final TableProfile table;
  private final Decisions decisions;

  KeyColumns(TableProfile table, Decisions decisions) {
    this.table = table;
    this.decisions = decisions;
  }

  /** The column of users and the column of items; null if there is none. */
  record Keys(@Nullable Choice user, @Nullable Choice item) {
    boolean isComplete() {
      return user != null && item != null;
    }
  }

  /** A column and how well its name fits a role. */
  private record Scored(ColumnProfile column, double score) {}

  /**
   * Returns the columns of users and items.
   *
   * @param taken columns that have another role for sure, such as times
   * @throws InferenceException if two readings are equally good
   */
  Keys find(Set<String> taken) {
    Choice user = named(Role.USER, taken);
    Choice item = named(Role.ITEM, taken);
    if (user == null || isSparse(user)) {
      Choice session = decisions.isNone(Role.USER) ? null : session(taken, user);
      user = session == null ? user : session;
    }
    if (user != null && item != null) {
      return new Keys(user, item);
    }
    return byValues(user, item, taken);
  }

  /** Whether the names alone say that the table has users and items. */
  boolean hasNames() {
    return scored(Role.USER, Set.of()).size() > 0 && scored(Role.ITEM, Set.of()).size() > 0;
  }

  private @Nullable Choice named(Role role, Set<String> taken) {
    ColumnProfile decided = decisions.column(role, table);
    if (decided != null) {
      return Choice.decided(role, decided);
    }
    List<Scored> found = scored(role, taken);
    if (found.isEmpty()) {
      return null;
    }
    Scored best = found.get(0);
    for (Scored other : found.subList(1, found.size())) {
      if (other.score() < best.score() || isSame(best.column(), other.column())) {
        continue;
      }
      double fuller = other.column().filledShare() - best.column().filledShare();
      if (fuller > MUCH_FULLER) {
        best = other;
      } else if (fuller > -MUCH_FULLER) {
        throw ambiguous(role, best.column(), other.column());
      }
    }
    return new Choice(best.column(), "its name, and %s".formatted(repeats(best.column())));
  }

  private InferenceException ambiguous(Role role, ColumnProfile a, ColumnProfile b) {
    return new InferenceException(
        "%s: one column expected for the %s, but '%s' (%s) and '%s' (%s) both fit: %s '%s' or %s '%s' decides"
            .formatted(
                table.name(),
                role,
                a.name(),
                repeats(a),
                b.name(),
                repeats(b),
                role.flag(),
                a.name(),
                role.flag(),
                b.name()));
  }

  private boolean isSame(ColumnProfile a, ColumnProfile b) {
    return table.relations().determined(a.name(), b.name()) >= SAME
        && table.relations().determined(b.name(), a.name()) >= SAME;
  }

  private static String repeats(ColumnProfile column) {
    return String.format(Locale.ROOT, "%,d values in %,d rows", column.distinct(), column.filled());
  }

  private List<Scored> scored(Role role, Set<String> taken) {
    List<Scored> found = new ArrayList<>();
    for (ColumnProfile column : table.columns()) {
      double score = taken.contains(column.name()) ? 0 : score(role, column);
      if (score > 0 && fits(column)) {
        found.add(new Scored(column, score));
      }
    }
    found.sort(Comparator.comparingDouble(Scored::score).reversed());
    return found;
  }

  /** Returns how well a column's name fits a role; 0 if the name does not fit. */
  static double score(Role role, ColumnProfile column) {
    Set<Word> words = NameWords.set(column.name());
    boolean user = words.contains(Word.USER);
    boolean item = words.contains(Word.ITEM);
    if (words.stream().anyMatch(NO_KEY::contains)) {
      return 0;
    }
    double score;
    if (role == Role.USER) {
      score = user ? 3 : words.contains(Word.WEAK_USER) && !item ? 2 : 0;
    } else {
      score = item && !user ? 3 : words.contains(Word.WEAK_ITEM) && !user ? 2 : 0;
      score += words.contains(Word.PARENT) ? 0.5 : 0;
    }
    if (score == 0 || words.contains(Word.SLATE) || words.contains(Word.SESSION)) {
      return 0;
    }
    if (words.contains(Word.TITLE)) {
      return 0.5;
    }
    return score + (words.contains(Word.ID) ? 1 : 0);
  }

  private boolean fits(ColumnProfile column) {
    boolean text = column.numeric() < ColumnProfile.NEARLY_ALL;
    return column.distinct() > 1
        && (!column.isUnique() || column.filled() < 3)
        && column.meanLength() <= LONGEST
        && column.list() != ListShape.JSON
        && column.list() != ListShape.LABELLED
        && (text || column.whole() >= ColumnProfile.NEARLY_ALL);
  }

  /** Whether most rows lack a user. False if a person decided on the column. */
  private boolean isSparse(Choice user) {
    return decisions.column(Role.USER, table) == null && user.column().filledShare() < SPARSE;
  }

  /**
   * Returns the column of sessions, which takes the place of users in a table without users.
   *
   * @param user column of users in which most rows have no value; null if there is none
   */
  private @Nullable Choice session(Set<String> taken, @Nullable Choice user) {
    String reason =
        user == null
            ? "there is no other user, so each session counts as one"
            : "most rows have no '%s', so each session counts as a user"
                .formatted(user.column().name());
    for (ColumnProfile column : table.columns()) {
      Set<Word> words = NameWords.set(column.name());
      if (!taken.contains(column.name())
          && words.contains(Word.SESSION)
          && words.stream().noneMatch(NO_KEY::contains)
          && (user == null || column.filledShare() > FULL)
          && fits(column)) {
        return new Choice(column, reason);
      }
    }
    return null;
  }

  /**
   * Finds those columns of users and items that were not found by their names. Looks at the values.
   */
  private Keys byValues(@Nullable Choice user, @Nullable Choice item, Set<String> taken) {
    List<ColumnProfile> left = new ArrayList<>();
    for (ColumnProfile column : table.columns()) {
      boolean used =
          (user != null && user.column().equals(column))
              || (item != null && item.column().equals(column));
      Set<Word> words = NameWords.set(column.name());
      boolean other = words.stream().anyMatch(NO_KEY::contains) || words.contains(Word.SLATE);
      if (!used && !other && !taken.contains(column.name()) && isKey(column)) {
        left.add(column);
      }
    }
    if (user == null && item == null && !decisions.isNone(Role.ITEM)) {
      return decisions.isNone(Role.USER)
          ? new Keys(null, null)
          : new UnnamedKeys(table, taken).find(left);
    }
    Role missing = user == null ? Role.USER : Role.ITEM;
    if (decisions.isNone(missing)) {
      return new Keys(user, item);
    }
    if (left.isEmpty()) {
      return new Keys(user, item == null ? category(taken) : item);
    }
    if (left.size() > 1) {
      throw ambiguous(missing, left.get(0), left.get(1));
    }
    Choice found = new Choice(left.get(0), "no other column has values that repeat like ids");
    return user == null ? new Keys(found, item) : new Keys(user, found);
  }

  /**
   * Returns the only column of ids of categories, such as channels. In a table without items, these
   * ids take the place of items. Null if there is not exactly one such column.
   */
  private @Nullable Choice category(Set<String> taken) {
    ColumnProfile only = null;
    for (ColumnProfile column : table.columns()) {
      Set<Word> words = NameWords.set(column.name());
      boolean ids = words.contains(Word.CATEGORY) && words.contains(Word.ID) && words.size() == 2;
      if (ids && !taken.contains(column.name()) && isKey(column)) {
        if (only != null) {
          return null;
        }
        only = column;
      }
    }
    return only == null ? null : new Choice(only, "there is no other item");
  }

  private boolean isKey(ColumnProfile column) {
    return fits(column)
        && column.list() == ListShape.NONE
        && column.spaced() < 0.05
        && column.distinct() > 16
        && column.repeats() > 1.02
        && column.formats().isEmpty()
        && (column.isWhole() || column.numeric() < 0.5 || column.padded());
  }
}
