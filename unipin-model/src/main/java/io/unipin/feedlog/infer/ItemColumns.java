package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.infer.words.NameWords;
import io.unipin.feedlog.infer.words.NameWords.Word;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds the columns that describe items: title, category and text. */
final class ItemColumns {
  /**
   * A column describes the items only if at least this share of the items have the same value in
   * all of their rows.
   */
  private static final double DETERMINED = 0.9;

  private static final double FILLED = 0.3;
  private static final int LONG_TEXT = 120;

  /** Matches the names that the columns of a text without a header get. */
  private static final String NUMBERED = "c\\d+";

  private final TableProfile table;
  private final ColumnProfile item;
  private final Decisions decisions;
  private final boolean ofItems;
  private final Map<Role, Choice> found = new EnumMap<>(Role.class);

  /**
   * Creates a search.
   *
   * @param ofItems whether the table has one row per item
   */
  private ItemColumns(
      TableProfile table, ColumnProfile item, Decisions decisions, boolean ofItems) {
    this.table = table;
    this.item = item;
    this.decisions = decisions;
    this.ofItems = ofItems;
  }

  /** Returns the columns that describe the items. Looks for them in the table with the actions. */
  static Map<Role, Choice> inEvents(TableProfile table, ColumnProfile item, Decisions decisions) {
    return new ItemColumns(table, item, decisions, false).find();
  }

  /** Returns the columns that describe the items. Looks for them in a table of items. */
  static Map<Role, Choice> inItems(TableProfile table, ColumnProfile item, Decisions decisions) {
    ItemColumns columns = new ItemColumns(table, item, decisions, true);
    Map<Role, Choice> found = columns.find();
    return found.isEmpty() ? columns.byValues() : found;
  }

  /**
   * Returns the column with the item ids to which the actions refer, if the table has one row per
   * item; null otherwise.
   */
  static @Nullable ColumnProfile key(TableProfile table, ColumnProfile item) {
    ColumnProfile best = null;
    double most = 0;
    for (ColumnProfile column : table.columns()) {
      boolean list = item.list() != ColumnProfile.ListShape.NONE;
      if (column.repeats() > 1.05
          || column.filledShare() < DETERMINED
          || (!list && column.isWhole() != item.isWhole())
          || !column.formats().isEmpty()) {
        continue;
      }
      Set<Word> words = NameWords.set(column.name());
      double score = KeyColumns.score(Role.ITEM, column);
      boolean equal = column.name().equalsIgnoreCase(item.name());
      score = equal && !column.name().matches(NUMBERED) ? 10 : score;
      if (score == 0 && words.equals(Set.of(Word.ID))) {
        score = 1;
      }
      boolean unnamed = !NameWords.isKnown(column.name()) && column.spaced() == 0;
      if (score == 0
          && unnamed
          && column.equals(table.columns().get(0))
          && column.meanLength() < 40) {
        score = 0.5;
      }
      if (score > most) {
        best = column;
        most = score;
      }
    }
    return best;
  }

  private Map<Role, Choice> find() {
    choose(Role.TITLE, Word.TITLE, column -> column.meanLength() < 4 * LONG_TEXT);
    choose(Role.TEXT, Word.TEXT, column -> column.spaced() > 0.1);
    if (!found.containsKey(Role.TITLE) && !decisions.isNone(Role.TITLE)) {
      promote();
    }
    choose(Role.CATEGORY, Word.CATEGORY, column -> column.meanLength() < LONG_TEXT);
    return found;
  }

  /** If a short text describes the items but there is no title, makes the text the title. */
  private void promote() {
    Choice text = found.get(Role.TEXT);
    if (text != null && text.column().meanLength() <= LONG_TEXT) {
      found.remove(Role.TEXT);
      found.put(Role.TITLE, new Choice(text.column(), "a short text of the item"));
    }
  }

  private void choose(Role role, Word word, Predicate<ColumnProfile> fits) {
    ColumnProfile decided = decisions.column(role, table);
    if (decided != null) {
      found.put(role, Choice.decided(role, decided));
      return;
    }
    if (decisions.isNone(role)) {
      return;
    }
    ColumnProfile best = null;
    int most = 0;
    for (ColumnProfile column : table.columns()) {
      Set<Word> words = NameWords.set(column.name());
      boolean other = words.contains(Word.USER) || words.contains(Word.ID) || column.equals(item);
      boolean used = found.values().stream().anyMatch(choice -> choice.column().equals(column));
      if (!words.contains(word)
          || other
          || used
          || column.filledShare() < FILLED
          || column.distinct() < 2
          || !fits.test(column)
          || !describes(column, words)) {
        continue;
      }
      int score = 1 + (words.size() == 1 ? 1 : 0) + (isPlain(column.name()) ? 1 : 0);
      if (score > most) {
        best = column;
        most = score;
      }
    }
    if (best != null) {
      found.put(role, new Choice(best, "its name"));
    }
  }

  /** Whether most data sets use such a name for the role. */
  private static boolean isPlain(String name) {
    return name.toLowerCase(Locale.ROOT)
        .matches(
            ".*(title|titel|bezeichnung|category|categories|kategorie|warengruppe|genre|description).*");
  }

  /** Whether the column says something about the item, not about the action. */
  private boolean describes(ColumnProfile column, Set<Word> words) {
    if (ofItems) {
      return true;
    }
    double share = table.relations().determined(item.name(), column.name());
    return Double.isNaN(share) ? words.contains(Word.ITEM) : share >= DETERMINED;
  }

  /** Finds descriptions in a table whose columns have no names. */
  private Map<Role, Choice> byValues() {
    for (ColumnProfile column : table.columns()) {
      boolean text = column.numeric() < 0.5 && column.filledShare() > FILLED;
      boolean used = column.equals(item) || NameWords.isKnown(column.name());
      boolean link = column.first().stream().anyMatch(v -> v.startsWith("http"));
      boolean json = column.first().stream().anyMatch(v -> v.startsWith("[") || v.startsWith("{"));
      if (!text || used || link || json) {
        continue;
      }
      if (column.spaced() > 0.5) {
        Role role = found.containsKey(Role.TITLE) ? Role.TEXT : Role.TITLE;
        if (!decisions.isNone(role)) {
          found.putIfAbsent(role, new Choice(column, "texts of several words"));
        }
      } else if (column.repeats() > 3 && !decisions.isNone(Role.CATEGORY)) {
        found.putIfAbsent(Role.CATEGORY, new Choice(column, "short texts that come again"));
      }
    }
    return found;
  }
}
