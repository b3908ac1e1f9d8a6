package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.ColumnProfile.ListShape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the SQL that makes the items: all items of the actions, with their known descriptions. */
final class ItemsSql {
  private static final int MOST_ATTRIBUTES = 48;

  private final Inferred inferred;
  private final boolean described;

  ItemsSql(Inferred inferred) {
    this.inferred = inferred;
    this.described = inferred.items() != null;
  }

  String items() {
    ColumnProfile title = column(Role.TITLE);
    ColumnProfile category = column(Role.CATEGORY);
    ColumnProfile text = column(Role.TEXT);
    return "WITH seen AS (%s),\ndescribed AS (%s)\nSELECT item AS %s, %s AS title, %s AS category,\n  %s AS attributes\nFROM seen LEFT JOIN described ON %s = id\nORDER BY item"
        .formatted(
            seen(),
            described(title, category, text),
            inferred.hasNumbers() ? "item_id" : "key",
            title == null ? "'Item ' || item" : "coalesce(left(title, 200), 'Item ' || item)",
            category == null ? "''" : "coalesce(left(category[1], 80), '')",
            attributes(title, category, text),
            isListed() ? plain("item") : "item");
  }

  /**
   * Returns SQL for an item of a row, as a number if numbers name the items. Files may then write
   * one item in several ways, such as 7 and 7.0. A value that is no number becomes null.
   */
  static String named(Inferred inferred, String item) {
    return (inferred.hasNumbers() ? "TRY_CAST(" : "CAST(")
        + item
        + (inferred.hasNumbers() ? " AS BIGINT)" : " AS VARCHAR)");
  }

  /** Whether lists name the items, and a table describes them by whole numbers. */
  private boolean isListed() {
    ColumnProfile key = inferred.itemColumn(Role.ITEM);
    return inferred.shape() != Inferred.Shape.ROWS && key != null && key.isWhole();
  }

  /** Returns SQL for a text that has no decimals if it is a whole number. */
  private static String plain(String text) {
    return "regexp_replace(CAST(" + text + " AS VARCHAR), '^([0-9]+)[.]0+$', '\\1')";
  }

  private @Nullable ColumnProfile column(Role role) {
    ColumnProfile ofItems = inferred.itemColumn(role);
    return ofItems != null ? ofItems : described ? null : inferred.column(role);
  }

  private String seen() {
    ColumnProfile item = inferred.required(Role.ITEM);
    return switch (inferred.shape()) {
      case ROWS ->
          "SELECT DISTINCT %s AS item FROM events WHERE %s IS NOT NULL"
              .formatted(named(inferred, item.sql()), named(inferred, item.sql()));
      case SEQUENCES ->
          "SELECT DISTINCT unnest(%s) AS item FROM events WHERE %s IS NOT NULL"
              .formatted(split(item), item.sql());
      case LABELLED_LISTS -> {
        ColumnProfile history = inferred.column(Role.HISTORY);
        String earlier =
            history == null
                ? ""
                : "\n  UNION SELECT unnest(string_split(%s, ' ')) FROM events WHERE %s IS NOT NULL"
                    .formatted(history.sql(), history.sql());
        yield "SELECT DISTINCT regexp_replace(unnest(string_split(%s, ' ')), '-[01]$', '') AS item FROM events%s"
            .formatted(item.sql(), earlier);
      }
    };
  }

  private String described(
      @Nullable ColumnProfile title,
      @Nullable ColumnProfile category,
      @Nullable ColumnProfile text) {
    ColumnProfile key = described ? inferred.itemColumn(Role.ITEM) : inferred.required(Role.ITEM);
    List<String> columns = new ArrayList<>();
    if (title != null) {
      columns.add("any_value(CAST(" + title.sql() + " AS VARCHAR)) AS title");
    }
    if (category != null) {
      columns.add("any_value(" + split(category) + ") AS category");
    }
    if (text != null) {
      columns.add("any_value(CAST(" + text.sql() + " AS VARCHAR)) AS words");
    }
    if (columns.isEmpty() || key == null) {
      return "SELECT NULL::%s AS id WHERE false"
          .formatted(inferred.hasNumbers() ? "BIGINT" : "VARCHAR");
    }
    String id = isListed() ? plain(key.sql()) : named(inferred, key.sql());
    return "SELECT %s AS id, %s FROM %s WHERE %s IS NOT NULL GROUP BY 1"
        .formatted(id, String.join(", ", columns), described ? "items" : "events", id);
  }

  /**
   * Returns SQL for a list of texts. If a value is a list, the texts are its entries, without the
   * blanks around them; otherwise the value is the only text.
   */
  static String split(ColumnProfile column) {
    String separator = Sequences.separator(column.list());
    String text = "CAST(" + column.sql() + " AS VARCHAR)";
    if (column.list() == ListShape.JSON) {
      return "TRY_CAST(TRY_CAST(" + text + " AS JSON) AS VARCHAR[])";
    }
    boolean words = column.list() == ListShape.BLANKS && !isIds(column);
    if (separator == null || words) {
      return "[" + text + "]";
    }
    String entries = "string_split(" + text + ", '" + separator + "')";
    return separator.equals(" ")
        ? entries
        : "list_transform(" + entries + ", lambda entry: trim(entry))";
  }

  /**
   * Whether lists with blanks between their entries are lists of ids. Otherwise they are texts of
   * several words.
   */
  private static boolean isIds(ColumnProfile column) {
    return column.first().stream().anyMatch(value -> value.matches(".*\\d.*"));
  }

  private static String attributes(
      @Nullable ColumnProfile title,
      @Nullable ColumnProfile category,
      @Nullable ColumnProfile text) {
    List<String> lists = new ArrayList<>();
    if (category != null) {
      lists.add(
          "list_transform(list_filter(category, lambda c: trim(c) <> ''),"
              + " lambda c: 'is ' || left(regexp_replace(trim(c), '[[:cntrl:]]', ' ', 'g'), 50))");
    }
    if (title != null) {
      lists.add(words("title"));
    }
    if (text != null) {
      lists.add(words("left(words, 600)"));
    }
    if (lists.isEmpty()) {
      return "NULL";
    }
    List<String> safe = lists.stream().map(list -> "coalesce(" + list + ", [])").toList();
    String all = safe.size() == 1 ? safe.get(0) : "flatten([" + String.join(",\n    ", safe) + "])";
    return "list_sort(list_distinct(" + all + "))[1:" + MOST_ATTRIBUTES + "]";
  }

  private static String words(String text) {
    return "regexp_extract_all(lower(" + text + "), '[\\p{L}\\p{N}]{3,40}')";
  }
}
