package io.unipin.feedlog.imports;

import io.unipin.feedlog.BadRow;
import io.unipin.feedlog.BadRows;
import io.unipin.feedlog.FeedRules;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.source.Shown;
import io.unipin.feedlog.source.SourceRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/**
 * Loads rows of text files into one table of a session, in order and with each value in its
 * column's type. Every row is either loaded or counted as bad. Keeps at most one batch of rows in
 * memory. Not thread-safe.
 */
final class RowLoader {
  private static final int BATCH_ROWS = 50_000;
  private static final int BATCH_CHARACTERS = 1 << 25;

  /** Even a short value takes about 50 bytes, so a file of many columns needs this bound. */
  private static final int BATCH_VALUES = 1 << 20;

  private static final String STAGED = "loading.staged";

  private final DuckSession session;
  private final BadRows bad;
  private final String table;
  private final Map<String, ColumnType> columns;
  private final boolean json;

  private final List<SourceRow> batch = new ArrayList<>();
  private final List<BadRow> faults = new ArrayList<>();
  private long characters;
  private long values;
  private long read;
  private long refused;

  /** Creates the loader and its empty table. */
  RowLoader(
      DuckSession session, BadRows bad, String table, Map<String, ColumnType> columns, boolean json)
      throws SQLException {
    this.session = session;
    this.bad = bad;
    this.table = DuckSession.identifier(table);
    this.columns = columns;
    this.json = json;
    session.execute(
        columns.entrySet().stream()
            .map(column -> DuckSession.identifier(column.getKey()) + " " + column.getValue().sql())
            .collect(Collectors.joining(", ", "CREATE TABLE " + this.table + " (", ")")));
    session.execute("CREATE SCHEMA IF NOT EXISTS loading");
  }

  /**
   * Adds a row, which has one value per column. Refuses a row with half of a surrogate pair, which
   * JSON can have and Parquet cannot.
   */
  void add(String file, SourceRow row) throws SQLException {
    for (String value : row.values()) {
      if (value != null && !FeedRules.isWhole(value)) {
        refuse(file, row, "whole characters expected, got half of a surrogate pair");
        return;
      }
    }
    read++;
    batch.add(row);
    values += row.values().size();
    for (String value : row.values()) {
      characters += value == null ? 0 : value.length();
    }
    flushIfFull(file);
  }

  /** Counts a row as bad. */
  void refuse(String file, SourceRow row, String reason) throws SQLException {
    read++;
    faults.add(new BadRow(file, row.line(), "", reason, row.shown()));
    flushIfFull(file);
  }

  private void flushIfFull(String file) throws SQLException {
    if (batch.size() + faults.size() >= BATCH_ROWS
        || values >= BATCH_VALUES
        || characters >= BATCH_CHARACTERS) {
      flush(file);
    }
  }

  /** Loads the rows of a file that were added and are not loaded yet. */
  void flush(String file) throws SQLException {
    session.execute("CREATE OR REPLACE TABLE " + STAGED + stagedColumns());
    try (DuckDBAppender appender = session.connection().createAppender("loading", "staged")) {
      for (SourceRow row : batch) {
        appender.beginRow();
        appender.append(row.line());
        for (String value : row.values()) {
          append(appender, value);
        }
        appender.endRow();
      }
    }
    batch.clear();
    characters = 0;
    values = 0;
    boolean misfits = collectMisfits(file);
    faults.sort(Comparator.comparingLong(BadRow::row));
    refused += faults.size();
    faults.forEach(bad::add);
    faults.clear();
    session.execute(
        "INSERT INTO %s SELECT %s FROM %s%s"
            .formatted(
                table, join(this::value, ", "), STAGED, misfits ? " WHERE " + fitsAll() : ""));
    session.execute("DROP TABLE " + STAGED);
  }

  private static void append(DuckDBAppender to, @Nullable String value) throws SQLException {
    if (value == null) {
      to.appendNull();
    } else {
      to.append(value);
    }
  }

  private String stagedColumns() {
    return "(line BIGINT, " + join((at, type) -> "c" + at + " VARCHAR", ", ") + ")";
  }

  private interface ColumnText {
    @Nullable String of(int at, ColumnType type);
  }

  private String join(ColumnText text, String between) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    for (ColumnType type : columns.values()) {
      String part = text.of(at++, type);
      if (part != null) {
        parts.add(part);
      }
    }
    return String.join(between, parts);
  }

  private String value(int at, ColumnType type) {
    return type.value("c" + at, json);
  }

  private String fitsAll() {
    return join((at, type) -> type.fits("c" + at, json), " AND ");
  }

  /**
   * Notes one fault for each row that has values of the wrong type. The fault names the first such
   * value. Returns whether there is such a row.
   */
  private boolean collectMisfits(String file) throws SQLException {
    String cases =
        join(
            (at, type) -> {
              String fits = type.fits("c" + at, json);
              return fits == null ? null : "WHEN NOT " + fits + " THEN " + at;
            },
            " ");
    if (cases.isEmpty()) {
      return false;
    }
    String whole = join((at, type) -> "coalesce(c" + at + ", '')", ", ");
    String query =
        """
        SELECT line, misfit, list_extract([%s], misfit + 1), concat_ws(',', %s)
        FROM (SELECT *, CASE %s ELSE -1 END AS misfit FROM %s) WHERE misfit >= 0\
        """
            .formatted(join((at, type) -> "left(c" + at + ", 200)", ", "), whole, cases, STAGED);
    List<String> names = List.copyOf(columns.keySet());
    List<ColumnType> types = List.copyOf(columns.values());
    int before = faults.size();
    try (Statement statement = session.connection().createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        int at = rows.getInt(2);
        String reason =
            "Could not convert string \"%s\" to '%s'"
                .formatted(Shown.value(rows.getString(3)), types.get(at).sql());
        faults.add(
            new BadRow(
                file, rows.getLong(1), names.get(at), reason, Shown.value(rows.getString(4))));
      }
    }
    return faults.size() > before;
  }

  /** Returns the number of rows that were read from all files, including refused rows. */
  long read() {
    return read;
  }

  long refused() {
    return refused;
  }

  /** Returns the number of rows in the table. */
  long loaded() throws SQLException {
    return session.count(table);
  }
}
