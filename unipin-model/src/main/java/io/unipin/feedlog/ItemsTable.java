package io.unipin.feedlog;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.source.SourceFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Reads the items table into a catalogue, in the order of the file. */
final class ItemsTable {
  private final DuckSession session;
  private final TableScan scan;
  private final BadRows bad;
  private final ToLongFunction<String> idOfKey;

  /** The key of each id that was read; empty for an item without a key. */
  private final Map<Long, String> ids = new HashMap<>();

  private final Set<String> keys = new HashSet<>();

  /** Maps the text of each attribute that was read to the one copy that is kept. */
  private final Map<String, String> texts = new HashMap<>();

  ItemsTable(DuckSession session, List<SourceFile> files, BadRows bad) {
    this(session, files, bad, ItemKeys::id);
  }

  /**
   * Creates a reader.
   *
   * @param idOfKey assigns an id to an item that has only a key
   */
  ItemsTable(
      DuckSession session, List<SourceFile> files, BadRows bad, ToLongFunction<String> idOfKey) {
    this.session = session;
    this.scan = TableScan.of(session, FeedTable.ITEMS, files);
    this.bad = bad;
    this.idOfKey = idOfKey;
  }

  Catalogue read() {
    try (Statement statement = session.connection().createStatement()) {
      int contentDim = contentDim(statement);
      List<CatalogueItem> items = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery(query())) {
        while (rows.next()) {
          CatalogueItem item = item(rows, contentDim);
          if (item != null) {
            items.add(item);
          }
        }
      }
      return Catalogue.of(items);
    } catch (SQLException e) {
      throw scan.failed(e);
    }
  }

  /** Returns the number of content values that most items have. */
  private int contentDim(Statement statement) throws SQLException {
    String lengths =
        "SELECT len(%s) AS length FROM %s WHERE length > 0 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
            .formatted(scan.column("content"), scan.from());
    try (ResultSet rows = statement.executeQuery(lengths)) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  private String query() {
    String content = "TRY_CAST(" + scan.column("content") + " AS FLOAT[])"; // too large: null
    return """
        SELECT item_id::BIGINT, coalesce(title, ''), coalesce(category, ''), %s::BIGINT, %s,
          len(%s) - list_count(list_filter(%s, lambda x: isfinite(x))), file_index::INTEGER, file_row_number::BIGINT, coalesce(%s, ''), %s, %s
        FROM %s ORDER BY file_index, file_row_number"""
        .formatted(
            scan.column("created_ms"),
            content,
            content,
            content,
            scan.column("author"),
            scan.column("key"),
            scan.column("attributes"),
            scan.from());
  }

  private @Nullable CatalogueItem item(ResultSet rows, int contentDim) throws SQLException {
    String key = rows.getString(10);
    Optional<String> fault = key == null ? Optional.empty() : FeedRules.keyFault(key);
    if (fault.isPresent()) {
      return complain(rows, "key", fault.get() + " expected", key);
    }
    Object given = rows.getObject(1);
    long id = given == null && key != null ? idOfKey.applyAsLong(key) : rows.getLong(1);
    if ((given == null && key == null) || id < 0) {
      return complain(rows, "item_id", "a number of at least 0 expected", given);
    }
    long created = rows.getLong(4);
    created = rows.wasNull() ? FeedLog.NO_TIME : created;
    float[] content = content(rows);
    if (content.length != 0 && content.length != contentDim) {
      return complain(
          rows, "content", contentDim + " numbers expected, as most items have", content.length);
    }
    long notFinite = rows.getLong(6);
    if (notFinite > 0) {
      return complain(rows, "content", "finite numbers expected", notFinite + " that are not");
    }
    List<@Nullable String> attributes = attributes(rows);
    Optional<String> breach = FeedRules.attributesFault(attributes);
    if (breach.isPresent()) {
      return complain(rows, "attributes", breach.get() + " expected", attributes);
    }
    return isTaken(rows, id, key) ? null : item(rows, id, key, created, content, attributes);
  }

  private CatalogueItem item(
      ResultSet rows,
      long id,
      @Nullable String key,
      long created,
      float[] content,
      List<@Nullable String> attributes)
      throws SQLException {
    Set<String> distinct = new LinkedHashSet<>();
    for (String attribute : attributes) {
      if (attribute != null) {
        distinct.add(texts.computeIfAbsent(attribute, text -> text)); // one copy for all items
      }
    }
    return new CatalogueItem(
        id,
        rows.getString(2),
        rows.getString(3),
        created,
        content,
        rows.getString(9),
        key == null ? "" : key,
        List.copyOf(distinct));
  }

  /** Whether an earlier row has the same id or key. Counts the row as bad if so. */
  private boolean isTaken(ResultSet rows, long id, @Nullable String key) throws SQLException {
    if (key != null && !keys.add(key)) {
      complain(rows, "key", "the key stands in an earlier row too", key);
      return true;
    }
    String other = ids.putIfAbsent(id, key == null ? "" : key);
    if (other == null) {
      return false;
    }
    if (key == null || other.isEmpty()) {
      complain(rows, "item_id", "the item stands in an earlier row too", id);
    } else {
      String reason =
          "another item id than %s of key '%s' expected (give one of the two an item_id)"
              .formatted(id, other);
      complain(rows, "key", reason, key);
    }
    return true;
  }

  private static float[] content(ResultSet rows) throws SQLException {
    java.sql.Array list = rows.getArray(5);
    if (list == null) {
      return new float[0];
    }
    Object[] numbers = (Object[]) list.getArray();
    float[] content = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      content[i] = numbers[i] instanceof Float number ? number : Float.NaN;
    }
    return content;
  }

  private static List<@Nullable String> attributes(ResultSet rows) throws SQLException {
    java.sql.Array list = rows.getArray(11);
    List<@Nullable String> attributes = new ArrayList<>();
    if (list != null) {
      for (Object each : (Object[]) list.getArray()) {
        attributes.add(each instanceof String text ? text : null);
      }
    }
    return attributes;
  }

  private @Nullable CatalogueItem complain(
      ResultSet rows, String column, String reason, @Nullable Object value) throws SQLException {
    bad.add(scan.bad(rows.getInt(7), rows.getLong(8), column, reason, value));
    return null;
  }
}
