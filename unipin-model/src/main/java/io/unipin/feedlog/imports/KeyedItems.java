package io.unipin.feedlog.imports;

import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.FeedTable;
import io.unipin.feedlog.arrays.LongArray;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.source.Shown;
import io.unipin.settings.Located;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.duckdb.DuckDBAppender;

/**
 * Gives an id to each item that a mapping names by its key alone, and replaces keys in actions and
 * feedviews by ids. Not thread-safe.
 */
final class KeyedItems {
  private static final String ITEMS = TableMapper.filled(FeedTable.ITEMS);
  private static final Pattern TEXT_AS_NUMBER =
      Pattern.compile("Could not convert string .* to ('BIGINT'|INT64)");

  private static final String HINT =
      "; ids that are no numbers are keys: map them to key and item_key (docs/feed-log.md)";

  private static final String ASSIGNED = "feedlog.assigned";

  private final DuckSession session;
  private final ToLongFunction<String> idOfKey;

  KeyedItems(DuckSession session, ToLongFunction<String> idOfKey) {
    this.session = session;
    this.idOfKey = idOfKey;
  }

  /**
   * Returns a text to add to a complaint. The text is empty unless the complaint says that a
   * mapping read a text as an item's id.
   */
  static String hint(String complaint) {
    return TEXT_AS_NUMBER.matcher(complaint).find() ? HINT : "";
  }

  /**
   * Refuses items' ids that are fractions. DuckDB would round them, so that two items could get the
   * same id.
   *
   * @param place where the mapping has the ids
   * @param from table expression whose rows have the ids
   */
  static void requireWholeIds(
      DuckSession session, Located place, String key, String ids, String from) throws SQLException {
    Optional<String> fraction = ColumnType.findFraction(session, ids, from);
    if (fraction.isPresent()) {
      throw new FeedLogException(
          place,
          key,
          "whole numbers as ids of items expected, got %s%s"
              .formatted(Shown.value(fraction.get()), HINT));
    }
  }

  /**
   * Gives ids to the items that have only a key, and replaces keys by ids in the other tables. If
   * no item has a key, the key stays in its row, so that the row can be refused.
   */
  void number(Collection<FeedTable> tables) throws SQLException {
    assign();
    for (FeedTable table : tables) {
      if (table != FeedTable.ITEMS) {
        resolve(table);
      }
    }
  }

  private void assign() throws SQLException {
    LongArray rows = new LongArray();
    LongArray ids = new LongArray();
    String query = "SELECT rowid, key FROM " + ITEMS + " WHERE item_id IS NULL AND key IS NOT NULL";
    try (Statement statement = session.connection().createStatement();
        ResultSet keys = statement.executeQuery(query)) {
      while (keys.next()) {
        rows.add(keys.getLong(1));
        ids.add(idOfKey.applyAsLong(keys.getString(2)));
      }
    }
    write(rows.toArray(), ids.toArray());
  }

  private void write(long[] rows, long[] ids) throws SQLException {
    if (rows.length == 0) {
      return;
    }
    session.execute("CREATE TABLE " + ASSIGNED + " (item BIGINT, id BIGINT)");
    try (DuckDBAppender appender = session.connection().createAppender("feedlog", "assigned")) {
      for (int i = 0; i < rows.length; i++) {
        appender.beginRow();
        appender.append(rows[i]).append(ids[i]);
        appender.endRow();
      }
    }
    session.execute(
        "UPDATE %s SET item_id = id FROM %s WHERE %s.rowid = item"
            .formatted(ITEMS, ASSIGNED, ITEMS));
    session.execute("DROP TABLE " + ASSIGNED);
  }

  /**
   * If several items have the same key, the first item is used, because the other items are
   * refused.
   */
  private void resolve(FeedTable table) throws SQLException {
    String filled = TableMapper.filled(table);
    session.execute(
        """
        UPDATE %s SET item_id = named.id, item_key = NULL
        FROM (SELECT key, arg_min(item_id, rowid) AS id FROM %s
          WHERE key IS NOT NULL AND item_id IS NOT NULL GROUP BY key) AS named
        WHERE item_key = named.key AND %s.item_id IS NULL\
        """
            .formatted(filled, ITEMS, filled));
    String left = "SELECT count(*) FROM " + filled + " WHERE item_key IS NOT NULL";
    if (session.number(left) == 0) {
      session.execute("ALTER TABLE " + filled + " DROP COLUMN item_key");
    }
  }
}
