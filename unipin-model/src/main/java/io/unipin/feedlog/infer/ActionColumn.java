package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.infer.words.ActionWords;
import io.unipin.feedlog.infer.words.NameWords;
import io.unipin.feedlog.infer.words.NameWords.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a table say what the user did.
 *
 * @param kind the way in which the rows say this
 * @param columns the column of action names, the column of ratings, or the columns of flags
 * @param actions names of the actions, in the order of the schema
 * @param positives names of the actions whose items retrieval should find
 * @param passive names of actions in the data that are not engagement, such as impression
 * @param bounds which ratings are likes and dislikes
 * @param reason why the rows were understood in this way, as a short phrase
 */
public record ActionColumn(
    Kind kind,
    List<ColumnProfile> columns,
    List<String> actions,
    List<String> positives,
    List<String> passive,
    Bounds bounds,
    String reason) {
  /** How rows say what the user did. */
  public enum Kind {
    /** Every row is the same action. */
    ONE,
    /** A column names the action. */
    NAMED,
    /** A column rates the item. */
    RATED,
    /** A column for each action is 1 if the user took it. */
    FLAGS
  }

  /** The smallest rating that is a like, and the largest rating that is a dislike. */
  public record Bounds(double likedFrom, double dislikedTo) {
    static final Bounds NONE = new Bounds(Double.NaN, Double.NaN);
  }

  /** Stands for actions that do not occur in the first rows, and for actions without a name. */
  static final String OTHER = "other";

  static final String LIKE = "like";
  static final String DISLIKE = "dislike";
  static final String RATE = "rate";

  private static final int MOST_NAMES = 40;
  private static final int MOST_RATINGS = 101;

  /** Largest number of actions in a column whose values are not known as actions. */
  private static final int MOST_CODES = 12;

  /**
   * Returns how the rows of a table say what the user did. If no column says what the user did, all
   * rows are the same action.
   */
  static ActionColumn find(TableProfile table, Decisions decisions, KeyColumns.Keys keys) {
    ColumnProfile decided = decisions.column(Role.ACTION, table);
    if (decided != null) {
      return named(decided, table.isWhole(), Role.ACTION.flag() + " says so");
    }
    ColumnProfile rated = decisions.column(Role.RATING, table);
    if (rated != null) {
      return rated(table, rated, Role.RATING.flag() + " says so");
    }
    if (!decisions.isNone(Role.ACTION)) {
      ColumnProfile names = names(table, keys);
      if (names != null) {
        return named(names, table.isWhole(), "its name and values");
      }
    }
    if (!decisions.isNone(Role.RATING)) {
      ColumnProfile ratings = ratings(table, keys, true);
      if (ratings != null) {
        return rated(table, ratings, "its name");
      }
    }
    List<ColumnProfile> flags = decisions.isNone(Role.ACTION) ? List.of() : flags(table);
    if (!flags.isEmpty()) {
      return flags(flags);
    }
    ColumnProfile ratings = decisions.isNone(Role.RATING) ? null : ratings(table, keys, false);
    return ratings == null ? one(table) : rated(table, ratings, "it has few different numbers");
  }

  private static boolean isKey(ColumnProfile column, KeyColumns.Keys keys) {
    return (keys.user() != null && keys.user().column().equals(column))
        || (keys.item() != null && keys.item().column().equals(column));
  }

  private static @Nullable ColumnProfile names(TableProfile table, KeyColumns.Keys keys) {
    ColumnProfile best = null;
    int most = 0;
    for (ColumnProfile column : table.columns()) {
      Set<Word> words = NameWords.set(column.name());
      boolean coded = isCoded(column, words);
      boolean texts =
          (column.numeric() < 0.5 || coded)
              && column.distinct() >= 1
              && column.distinct() <= MOST_NAMES
              && column.formats().isEmpty()
              && !isKey(column, keys);
      boolean ofItem =
          keys.item() != null
              && table.relations().determined(keys.item().column().name(), column.name()) > 0.95;
      boolean free = words.contains(Word.TEXT) || words.contains(Word.TITLE);
      if (!texts || free || column.isFlag() || (ofItem && column.distinct() > 1)) {
        continue;
      }
      boolean named =
          (words.contains(Word.ACTION) || words.contains(Word.HAPPENED))
              && !words.contains(Word.ID)
              && !words.contains(Word.OTHER);
      long known = column.common().keySet().stream().filter(ActionWords::isKnown).count();
      int score = (named ? 2 : 0) + (2 * known >= column.distinct() ? 2 : known > 0 ? 1 : 0);
      boolean told = known > 0 || coded || isOwnWords(column, words);
      if (score > most && (named || score >= 2) && told) {
        best = column;
        most = score;
      }
    }
    return best;
  }

  /** Whether the name says only that the values are actions. */
  private static boolean isOfActions(Set<Word> words) {
    return words.contains(Word.ACTION)
        && words.stream().allMatch(word -> word == Word.ACTION || word == Word.HAPPENED);
  }

  /**
   * Whether the column's name says that its values are actions, and its values are a few numbers.
   */
  private static boolean isCoded(ColumnProfile column, Set<Word> words) {
    return isOfActions(words)
        && column.isWhole()
        && column.distinct() > 1
        && column.distinct() <= MOST_CODES;
  }

  /**
   * Whether the column's name says that its few values are actions, although the values are not
   * known as names of actions.
   */
  private static boolean isOwnWords(ColumnProfile column, Set<Word> words) {
    return isOfActions(words)
        && !column.name().equalsIgnoreCase("type")
        && column.distinct() > 1
        && column.distinct() <= MOST_CODES;
  }

  private static ActionColumn named(ColumnProfile column, boolean whole, String reason) {
    List<String> actions = new ArrayList<>();
    List<String> passive = new ArrayList<>();
    List<String> positives = new ArrayList<>();
    for (String value : column.common().keySet()) {
      if (!column.isNumber() && ActionWords.isPassive(value)) {
        passive.add(value);
      } else if (!value.isBlank() && actions.size() < MOST_NAMES) {
        actions.add(value);
        if (!ActionWords.isNegative(value)) {
          positives.add(value);
        }
      }
    }
    if (actions.isEmpty()) {
      throw new InferenceException(
          "--action '%s': names of actions expected, got %s"
              .formatted(
                  column.name(),
                  column.common().isEmpty()
                      ? column.distinct() + " different values"
                      : "only impressions: " + passive));
    }
    if (positives.isEmpty()) {
      positives.add(actions.get(0));
    }
    boolean blank = column.common().keySet().stream().anyMatch(String::isBlank);
    if ((blank || !whole) && !actions.contains(OTHER)) {
      actions.add(OTHER);
    }
    return new ActionColumn(
        Kind.NAMED, List.of(column), actions, positives, passive, Bounds.NONE, reason);
  }

  /**
   * Returns the column of ratings. If {@code byName} is true, the name tells this column. Otherwise
   * it is a column with few different numbers and a name without known words.
   */
  private static @Nullable ColumnProfile ratings(
      TableProfile table, KeyColumns.Keys keys, boolean byName) {
    for (ColumnProfile column : table.columns()) {
      boolean scale =
          column.isNumber()
              && column.distinct() > 1
              && column.distinct() <= MOST_RATINGS
              && column.least() >= -10
              && column.most() <= 100
              && !isKey(column, keys);
      Set<Word> words = NameWords.set(column.name());
      if (!scale || words.contains(Word.OTHER) || words.contains(Word.ID)) {
        continue;
      }
      boolean few = column.distinct() >= 3 && column.distinct() <= 11 && column.most() <= 10;
      if (byName ? words.contains(Word.RATING) : few && !NameWords.isKnown(column.name())) {
        return column;
      }
    }
    return null;
  }

  private static ActionColumn rated(TableProfile table, ColumnProfile column, String reason) {
    if (!column.isNumber()) {
      throw new InferenceException(
          "%s: --rating '%s': numbers expected, got values such as %s"
              .formatted(table.name(), column.name(), column.first()));
    }
    double range = column.most() - column.least();
    Bounds bounds = new Bounds(column.least() + 0.75 * range, column.least() + 0.25 * range);
    return new ActionColumn(
        Kind.RATED,
        List.of(column),
        List.of(RATE, LIKE, DISLIKE),
        List.of(RATE),
        List.of(),
        bounds,
        reason);
  }

  private static List<ColumnProfile> flags(TableProfile table) {
    List<ColumnProfile> flags = new ArrayList<>();
    for (ColumnProfile column : table.columns()) {
      Set<Word> words = NameWords.set(column.name());
      if (column.isFlag()
          && ActionWords.isFlag(column.name())
          && !words.contains(Word.OTHER)
          && !words.contains(Word.USER)) {
        flags.add(column);
      }
    }
    return flags;
  }

  private static ActionColumn flags(List<ColumnProfile> columns) {
    List<String> actions = columns.stream().map(ActionColumn::flagged).distinct().toList();
    List<String> good = actions.stream().filter(name -> !ActionWords.isNegative(name)).toList();
    String first = good.isEmpty() ? actions.get(0) : good.get(0);
    for (String name : good) {
      first = name.contains("click") ? name : first;
    }
    return new ActionColumn(
        Kind.FLAGS,
        columns,
        actions,
        List.of(first),
        List.of(),
        Bounds.NONE,
        "they are 0 or 1, and named like actions");
  }

  /** Returns the name of the action for which a column of flags stands. */
  static String flagged(ColumnProfile column) {
    String plain = column.name().toLowerCase(Locale.ROOT).replaceFirst("^(is|has|did|was)_", "");
    return plain.isBlank() ? column.name() : plain;
  }

  private static ActionColumn one(TableProfile table) {
    String action = "interaction";
    for (ColumnProfile column : table.columns()) {
      if (ActionWords.isOfPurchases(column.name())) {
        action = "purchase";
      }
    }
    return new ActionColumn(
        Kind.ONE,
        List.of(),
        List.of(action),
        List.of(action),
        List.of(),
        Bounds.NONE,
        "no column says what the users did");
  }
}
