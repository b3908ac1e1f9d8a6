package io.unipin.cli.report;

import io.unipin.settings.Nearest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Parquet or CSV file of another program, which is read into a table. Not thread-safe.
 *
 * <p>A value that does not fit its column causes an error that names file, line and column.
 */
final class TableFile {
  private static final Pattern CSV_LINE = Pattern.compile("CSV Error on Line: (\\d+)");

  static final List<Column> OUTCOMES =
      List.of(
          Column.text("user"),
          new Column("timeMs", "BIGINT", "x >= 0", "milliseconds since 1970"),
          Column.text("metric"),
          new Column("value", "DOUBLE", "isfinite(x)", "a finite number"));

  static final List<Column> EXPOSURES =
      List.of(
          new Column("timeMs", "BIGINT", "x >= 0", "milliseconds since 1970"),
          Column.text("user"),
          Column.any("layer"),
          Column.text("experiment"),
          Column.text("arm"),
          Column.any("salt"),
          new Column("overridden", "BOOLEAN", "x IS NOT NULL", "true or false"),
          Column.any("requestId"),
          Column.any("bundle"),
          Column.any("index"),
          Column.any("config"));

  /**
   * A required column.
   *
   * @param check SQL condition on the value x
   * @param expected the condition in words
   */
  public record Column(String name, String type, String check, String expected) {
    static Column text(String name) {
      return new Column(name, "VARCHAR", "trim(x) <> ''", "a name or id");
    }

    static Column any(String name) {
      return new Column(name, "VARCHAR", "true", "a text");
    }

    private String cast() {
      return "TRY_CAST(\"%s\" AS %s)".formatted(name, type);
    }

    private String value() {
      return check.equals("true") ? "coalesce(%s, '')".formatted(cast()) : cast();
    }
  }

  private final Connection connection;
  private final Path file;
  private final List<Column> columns;

  TableFile(Connection connection, Path file, List<Column> columns) {
    this.connection = connection;
    this.file = file;
    this.columns = columns;
  }

  /** Creates a table with the given name and the file's columns. */
  void into(String table) throws SQLException {
    if (!Files.isRegularFile(file)) {
      throw new ReportException(file + ": a file expected, none found");
    }
    try {
      execute("CREATE OR REPLACE TEMP TABLE given AS " + source());
    } catch (SQLException e) {
      throw unreadable(e);
    }
    checkColumns();
    for (Column column : columns) {
      check(column);
    }
    String values =
        columns.stream()
            .map(column -> "%s AS \"%s\"".formatted(column.value(), column.name()))
            .collect(Collectors.joining(", "));
    execute("CREATE TABLE %s AS SELECT %s FROM given".formatted(table, values));
    execute("DROP TABLE given");
  }

  private String source() {
    String path = LogTables.quoted(file.toString());
    if (isCsv()) {
      return "SELECT row_number() OVER () AS given_row, * FROM read_csv(%s, header = true, all_varchar = true)"
          .formatted(path);
    }
    if (file.toString().endsWith(".parquet")) {
      return "SELECT row_number() OVER () AS given_row, * FROM read_parquet(%s)".formatted(path);
    }
    throw new ReportException("a folder, or a file named .parquet or .csv expected, got " + file);
  }

  private boolean isCsv() {
    return file.toString().endsWith(".csv");
  }

  private void checkColumns() throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("DESCRIBE given")) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    found.remove("given_row");
    for (Column column : columns) {
      if (found.stream().noneMatch(column.name()::equalsIgnoreCase)) {
        throw new ReportException(
            "%s: columns %s expected, got %s%s"
                .formatted(
                    file,
                    columns.stream().map(Column::name).collect(Collectors.joining(", ")),
                    String.join(", ", found),
                    misspelt(column.name(), found)));
      }
    }
  }

  /** Returns a hint if one of the found names may be a misspelling of the missing column. */
  private static String misspelt(String missing, List<String> found) {
    return found.stream()
        .map(name -> Nearest.hint(name, List.of(missing)))
        .filter(hint -> !hint.isEmpty())
        .findFirst()
        .orElse("");
  }

  private void check(Column column) throws SQLException {
    String sql =
        "SELECT given_row, \"%s\"::VARCHAR FROM given WHERE NOT coalesce(%s, false) ORDER BY given_row LIMIT 1"
            .formatted(column.name(), column.check().replace("x", column.cast()));
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      if (row.next()) {
        long line = row.getLong(1) + (isCsv() ? 1 : 0);
        throw new ReportException(
            "%s %s %s, column %s: %s expected, got %s"
                .formatted(
                    file,
                    isCsv() ? "line" : "row",
                    line,
                    column.name(),
                    column.expected(),
                    row.getString(2)));
      }
    }
  }

  private ReportException unreadable(SQLException e) {
    String message = String.valueOf(e.getMessage());
    Matcher line = CSV_LINE.matcher(message);
    return line.find()
        ? new ReportException(
            "%s line %s: %s columns expected, as in the header"
                .formatted(file, line.group(1), columns.size()),
            e)
        : new ReportException(
            "%s: a table expected: %s".formatted(file, message.lines().findFirst().orElse(message)),
            e);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
