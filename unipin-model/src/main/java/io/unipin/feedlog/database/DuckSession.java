package io.unipin.feedlog.database;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * A private in-memory DuckDB. It writes data that does not fit into memory to a folder that the
 * caller provides. Not thread-safe.
 */
public final class DuckSession implements AutoCloseable {
  private final DuckDBConnection connection;

  private DuckSession(DuckDBConnection connection) {
    this.connection = connection;
  }

  public static DuckSession open(Path spill) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    properties.setProperty("temp_directory", spill.toAbsolutePath().toString());
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    DuckSession session =
        new DuckSession(
            DriverManager.getConnection("jdbc:duckdb:", properties).unwrap(DuckDBConnection.class));
    // A time in text without a time zone is read as UTC on every machine.
    session.execute("SET TimeZone = 'UTC'");
    return session;
  }

  /**
   * Makes DuckDB use one thread in this session from now on. If SQL does not define the order of
   * rows, the order is then the same on every machine.
   */
  public DuckSession alone() throws SQLException {
    execute("SET threads = 1");
    return this;
  }

  public DuckDBConnection connection() {
    return connection;
  }

  public void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the number of rows of a table expression, such as a table's quoted name. */
  public long count(String table) throws SQLException {
    return number("SELECT count(*) FROM " + table);
  }

  /** Returns the single number that a query yields. */
  public long number(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Returns the single text that a query yields; null if it yields null. */
  public @Nullable String text(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Returns the columns of a query. */
  public List<Column> describe(String query) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("DESCRIBE " + query)) {
      while (rows.next()) {
        columns.add(new Column(rows.getString("column_name"), rows.getString("column_type")));
      }
    }
    return columns;
  }

  public record Column(String name, String type) {
    @Override
    public String toString() {
      return name + " " + type;
    }
  }

  /**
   * Returns the first Parquet file that cannot be read to its end; empty if all files can be read.
   */
  public Optional<Path> firstUnreadable(List<Path> files) {
    for (Path file : files) {
      try {
        execute("SELECT max(hash(t)) FROM " + parquet(List.of(file)) + " AS t");
      } catch (SQLException e) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /** Returns a text as an SQL string literal. */
  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Returns texts as an SQL list of string literals. */
  public static String literals(List<String> texts) {
    return texts.stream()
        .map(DuckSession::literal)
        .collect(Collectors.joining(", ", "[", "]::VARCHAR[]"));
  }

  /** Returns a name as a quoted SQL identifier. */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /**
   * Returns a path as an SQL literal that matches exactly this file, even if the file's name
   * contains wildcards.
   */
  public static String path(Path file) {
    return literal(file.toString().replaceAll("[\\[*?]", "[$0]"));
  }

  public static String paths(List<Path> files) {
    return files.stream().map(DuckSession::path).collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * Returns an SQL table expression over Parquet files. Columns are matched by name; names of
   * folders add no columns.
   */
  public static String parquet(List<Path> files) {
    return "read_parquet(" + paths(files) + ", union_by_name = true, hive_partitioning = false)";
  }

  /** Returns DuckDB's complaint on one line, without the statement. */
  public static String reason(SQLException failure) {
    return DuckComplaint.aboutSql(failure);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB did not close", e);
    }
  }
}
