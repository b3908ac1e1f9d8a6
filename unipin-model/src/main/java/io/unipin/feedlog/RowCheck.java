package io.unipin.feedlog;

import io.unipin.feedlog.database.DuckSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Code that the readers of actions and of feedviews share: SQL that turns names into numbers, and
 * checks of the columns that both tables have.
 *
 * <p>{@link ActionsTable} checks the other rules of actions. {@link FeedviewsTable} and
 * {@link ViewRows} check the other rules of feedviews. {@link ItemsTable} checks all rules of
 * items.
 *
 * <p>A selected row starts with the columns of {@link #select}. The constants below are the numbers
 * of these columns.
 */
final class RowCheck {
  static final int USER = 1;
  static final int ITEM = 2;
  static final int BITS = 3;
  static final int UNKNOWN_ACTIONS = 4;
  static final int SURFACE = 5;
  static final int UNKNOWN_SURFACE = 6;
  static final int TIME = 7;
  static final int SEQUENCE = 8;
  static final int FILE = 9;
  static final int FILE_ROW = 10;

  static final int KEY = 11;

  /** The first column after the columns of {@link #select}. */
  static final int NEXT = 12;

  private final FeedSchema schema;
  private final Catalogue catalogue;
  private final TableScan scan;
  private final BadRows bad;
  private final boolean keyed;

  RowCheck(FeedSchema schema, Catalogue catalogue, TableScan scan, BadRows bad) {
    this.schema = schema;
    this.catalogue = catalogue;
    this.scan = scan;
    this.bad = bad;
    this.keyed = scan.hasKeys();
  }

  String select() {
    StringBuilder bits = new StringBuilder("0::BIGINT");
    for (int c = 0; c < schema.actions().size(); c++) {
      bits.append(" | CASE WHEN list_contains(actions, ")
          .append(DuckSession.literal(schema.actions().get(c)))
          .append(") THEN ")
          .append(1L << c)
          .append("::BIGINT ELSE 0 END");
    }
    String known = DuckSession.literals(schema.actions());
    String surface = "list_position(" + DuckSession.literals(schema.surfaces()) + ", surface)";
    return """
    SELECT user_id, item_id::BIGINT, %s,
      CASE WHEN actions IS NULL THEN 'null'
        WHEN list_has_all(%s, actions) AND list_count(actions) = len(actions) THEN NULL
        ELSE actions::VARCHAR END,
      (coalesce(%s, 0) - 1)::INTEGER, CASE WHEN %s IS NULL THEN coalesce(surface, 'null') END,
      time_ms::BIGINT, %s::BIGINT, file_index::INTEGER, file_row_number::BIGINT, item_key\
    """
        .formatted(bits, known, surface, surface, scan.column("sequence"));
  }

  /**
   * Returns the catalogue row of the item in a valid row. For a bad row, counts the row and returns
   * -1.
   */
  int item(ResultSet row) throws SQLException {
    String user = row.getString(USER);
    Optional<String> fault = FeedRules.idFault(user);
    if (fault.isPresent()) {
      return complain(row, "user_id", fault.get() + " expected", user);
    }
    String unknown = row.getString(UNKNOWN_ACTIONS);
    if (unknown != null) {
      return complain(row, "actions", "a list of names among " + schema.actions(), unknown);
    }
    if (row.getInt(SURFACE) < 0) {
      String surface = row.getString(UNKNOWN_SURFACE);
      return complain(row, "surface", "one of " + schema.surfaces() + " expected", surface);
    }
    long time = row.getLong(TIME);
    if (row.wasNull()) {
      if (row.getObject(SEQUENCE) == null) {
        return complain(row, "time_ms", "a time, or else a sequence, expected", null);
      }
    } else if (!FeedRules.isTime(time)) {
      return complain(row, "time_ms", FeedRules.TIME + " expected", time);
    }
    return named(row);
  }

  /** Returns the catalogue row of the item that a row names by id, by key or by both. */
  private int named(ResultSet row) throws SQLException {
    long id = row.getLong(ITEM);
    boolean numbered = !row.wasNull();
    int item = numbered ? catalogue.row(id) : Catalogue.UNKNOWN;
    String key = keyed ? row.getString(KEY) : null;
    if (item == Catalogue.UNKNOWN && (numbered || key == null)) {
      return complain(row, "item_id", "an item of the items table expected", row.getObject(ITEM));
    }
    if (key == null) {
      return item;
    }
    int ofKey = catalogue.row(key);
    if (ofKey == Catalogue.UNKNOWN) {
      return complain(row, "item_key", "the key of an item of the items table expected", key);
    }
    if (numbered && ofKey != item) {
      return complain(row, "item_key", "the key of item " + id + " expected", key);
    }
    return ofKey;
  }

  static long time(ResultSet row) throws SQLException {
    long time = row.getLong(TIME);
    return row.wasNull() ? FeedLog.NO_TIME : time;
  }

  /**
   * Returns the value of a row's column {@code sequence}. A row without a sequence gets a number
   * that places it after all rows with a sequence.
   */
  static long sequence(ResultSet row) throws SQLException {
    long sequence = row.getLong(SEQUENCE);
    return row.wasNull() ? Long.MAX_VALUE : sequence;
  }

  int complain(ResultSet row, String column, String reason, @Nullable Object value)
      throws SQLException {
    complain(row.getInt(FILE), row.getLong(FILE_ROW), column, reason, value);
    return Catalogue.UNKNOWN;
  }

  void complain(int file, long fileRow, String column, String reason, @Nullable Object value) {
    bad.add(scan.bad(file, fileRow, column, reason, value));
  }

  static String orderBy(List<String> columns) {
    return " ORDER BY " + String.join(", ", columns) + ", file_index, file_row_number";
  }
}
