package io.unipin.feedlog.imports;

import io.unipin.feedlog.FeedLogException;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.FeedTable;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.imports.ImportMapping.Table;
import io.unipin.feedlog.source.Shown;
import io.unipin.settings.Located;
import io.unipin.settings.Nearest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills one table of a feed log with the SQL of a mapping, in a session that can reach only the
 * sources.
 *
 * <p>Every piece of SQL from the mapping is parsed separately and must be one SELECT. Such SQL can
 * neither write data nor close the brackets that are put around it.
 */
final class TableMapper {
  /**
   * Matches, in the parse tree of a statement, calls of functions whose values differ between
   * calls. Also matches a name such as {@code current_date}, which calls such a function if no
   * column has this name.
   */
  private static final Pattern UNREPEATABLE =
      Pattern.compile(
          "\"function_name\":\"(now|random|uuid|uuidv4|uuidv7|gen_random_uuid|today|get_current_timestamp"
              + "|get_current_time|transaction_timestamp|current_date|current_timestamp|current_time"
              + "|current_localtime|current_localtimestamp|nextval|pg_postmaster_start_time)\""
              + "|\"column_names\":\\[\"(current_date|current_timestamp|current_time|localtime|localtimestamp)\"\\]",
          Pattern.CASE_INSENSITIVE);

  private static final String ITEM_ID = "item_id";

  private final DuckSession session;
  private final String mapping;
  private final FeedSchema schema;
  private final Set<String> sources;

  TableMapper(DuckSession session, String mapping, FeedSchema schema, Set<String> sources) {
    this.session = session;
    this.mapping = mapping;
    this.schema = schema;
    this.sources = sources;
  }

  /** Returns the name of the filled table. */
  static String filled(FeedTable table) {
    return "feedlog." + table.table();
  }

  void fill(FeedTable table, Table by) {
    Located sql = by.sql();
    Located from = by.from();
    Map<String, Located> columns = by.columns();
    if (sql != null && from == null && columns == null && by.where() == null) {
      fillByQuery(table, sql);
    } else if (sql == null && from != null && columns != null) {
      fillByColumns(table, from, columns, by.where());
    } else {
      throw new FeedLogException(
          mapping, table.table() + ": either sql, or from and columns, expected");
    }
  }

  private void fillByQuery(FeedTable table, Located sql) {
    String key = table.table() + ".sql";
    requireSelect(key, sql, sql.text());
    List<String> found = new ArrayList<>();
    try {
      session.describe(sql.text()).forEach(column -> found.add(column.name()));
    } catch (SQLException e) {
      throw new FeedLogException(sql, key, DuckSession.reason(e));
    }
    for (String column : found) {
      requireKnown(table, key, sql, column);
    }
    List<String> select = new ArrayList<>();
    for (FeedTable.Column column : table.columns()) {
      String identifier = DuckSession.identifier(column.name());
      String value = found.contains(column.name()) ? identifier : absent(table, column, found, sql);
      select.add(cast(value, column));
    }
    String from = "(" + sql.text() + "\n)";
    try {
      create(table, select, from);
      if (found.contains(ITEM_ID)) {
        KeyedItems.requireWholeIds(session, sql, key, ITEM_ID, from);
      }
    } catch (SQLException e) {
      throw failed(sql, key, e);
    }
  }

  private void fillByColumns(
      FeedTable table, Located from, Map<String, Located> columns, @Nullable Located where) {
    String name = table.table();
    if (!sources.contains(from.text())) {
      throw new FeedLogException(
          from,
          name + ".from",
          "one of the sources %s expected, got '%s'%s"
              .formatted(sources, from.text(), Nearest.hint(from.text(), sources)));
    }
    String source = DuckSession.identifier(from.text());
    columns.forEach((column, sql) -> requireKnown(table, name + ".columns", sql, column));
    String rows = source;
    if (where != null) {
      rows = "(SELECT * FROM " + source + " WHERE (" + where.text() + "\n))";
      requireSelect(name + ".where", where, "SELECT (" + where.text() + "\n)");
      attempt(name + ".where", where, "SELECT count(*) FROM " + rows);
    }
    List<String> select = new ArrayList<>();
    for (FeedTable.Column column : table.columns()) {
      Located sql = columns.get(column.name());
      if (sql != null) {
        requireSelect(key(table, column), sql, "SELECT (" + sql.text() + "\n)");
      }
      String value =
          sql == null ? absent(table, column, columns.keySet(), from) : "(" + sql.text() + "\n)";
      select.add(cast(value, column));
    }
    try {
      create(table, select, rows);
      Located ids = columns.get(ITEM_ID);
      if (ids != null) {
        String value = "(" + ids.text() + "\n)";
        KeyedItems.requireWholeIds(session, ids, name + ".columns." + ITEM_ID, value, rows);
      }
    } catch (SQLException e) {
      for (FeedTable.Column column : table.columns()) {
        Located sql = columns.get(column.name());
        if (sql != null) {
          String alone = cast("(" + sql.text() + "\n)", column);
          attempt(
              key(table, column),
              sql,
              "SELECT max(%s) FROM (SELECT %s FROM %s)".formatted(column.name(), alone, rows));
        }
      }
      throw new FeedLogException(from, name, DuckSession.reason(e));
    }
  }

  private static String key(FeedTable table, FeedTable.Column column) {
    return table.table() + ".columns." + column.name();
  }

  /** Runs a query to find out whether it fails, and discards its result. */
  private void attempt(String key, Located sql, String query) {
    try {
      session.execute(query);
    } catch (SQLException e) {
      throw failed(sql, key, e);
    }
  }

  private static FeedLogException failed(Located sql, String key, SQLException cause) {
    String reason = DuckSession.reason(cause);
    boolean ofItem = key.endsWith("." + ITEM_ID) || reason.contains(ITEM_ID);
    return new FeedLogException(sql, key, reason + (ofItem ? KeyedItems.hint(reason) : ""));
  }

  private void create(FeedTable table, List<String> select, String from) throws SQLException {
    session.execute("DROP TABLE IF EXISTS " + filled(table));
    session.execute(
        "CREATE TABLE %s AS SELECT %s FROM %s"
            .formatted(filled(table), String.join(", ", select), from));
  }

  private static String cast(String value, FeedTable.Column column) {
    return "CAST(%s AS %s) AS %s".formatted(value, column.type(), column.name());
  }

  /** Returns the value of a column that the mapping leaves out. */
  private String absent(
      FeedTable table, FeedTable.Column column, Collection<String> given, Located place) {
    return switch (column.name()) {
      case "time_ms",
          "sequence",
          "event_id",
          "oracle",
          "propensity",
          "created_ms",
          "content",
          "author",
          "key",
          "item_key",
          "attributes" ->
          "NULL";
      case ITEM_ID -> {
        if (!given.contains(table.keyColumn())) {
          throw new FeedLogException(
              place, table.table(), "column item_id or " + table.keyColumn() + " expected");
        }
        yield "NULL";
      }
      case "title", "category" -> "''";
      case "surface" -> {
        if (schema.surfaces().size() > 1) {
          throw new FeedLogException(
              place, table.table(), "one of several surfaces expected, none given");
        }
        yield DuckSession.literal(schema.surfaces().get(0));
      }
      default ->
          throw new FeedLogException(place, table.table(), "column " + column.name() + " expected");
    };
  }

  private void requireKnown(FeedTable table, String key, Located place, String column) {
    List<String> known = table.columns().stream().map(FeedTable.Column::name).toList();
    if (!known.contains(column)) {
      throw new FeedLogException(
          place,
          key,
          "unknown column '%s', expected %s%s"
              .formatted(column, String.join(", ", known), Nearest.hint(column, known)));
    }
  }

  private void requireSelect(String key, Located place, String sql) {
    try (PreparedStatement check =
        session
            .connection()
            .prepareStatement(
                """
                SELECT coalesce(j ->> 'error_message', ''), json_array_length(j, '$.statements'), j::VARCHAR
                FROM (SELECT json_serialize_sql(?::VARCHAR) AS j)\
                """)) {
      check.setString(1, sql);
      try (ResultSet row = check.executeQuery()) {
        row.next();
        if (!row.getString(1).isEmpty()) {
          throw new FeedLogException(place, key, Shown.line(row.getString(1)));
        }
        if (row.getInt(2) != 1) {
          throw new FeedLogException(place, key, "one SELECT expected");
        }
        requireRepeatable(key, place, row.getString(3));
      }
    } catch (SQLException e) {
      throw new FeedLogException(place, key, DuckSession.reason(e));
    }
  }

  /**
   * Refuses functions whose values differ between calls. With such a function, two imports of the
   * same files would give different logs.
   */
  private void requireRepeatable(String key, Located place, String tree) throws SQLException {
    Matcher call = UNREPEATABLE.matcher(tree);
    while (call.find()) {
      String name = call.group(1) == null ? call.group(2) : call.group(1);
      boolean column =
          call.group(1) == null
              && session.number(
                      "SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND"
                          + " lower(column_name) = "
                          + DuckSession.literal(name.toLowerCase(Locale.ROOT)))
                  > 0;
      if (!column) {
        throw new FeedLogException(
            place, key, "the same value in every import expected, got " + name + "()");
      }
    }
  }
}
