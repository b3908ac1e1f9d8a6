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

/** A private in-memory DuckDB. It spills to a folder that the caller provides. One thread. */
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
    // A text without a time zone means UTC on every machine.
    session.execute("SET TimeZone = 'UTC'");
    return session;
  }

  /**
   * Makes this session use one thread from now on. Rows whose order SQL leaves open then have the
   * same order on every machine.
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

  /** Returns the first Parquet file that cannot be read to its end. */
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

  /** Returns a string literal. */
  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Returns a list of string literals. */
  public static String literals(List<String> texts) {
    return texts.stream()
        .map(DuckSession::literal)
        .collect(Collectors.joining(", ", "[", "]::VARCHAR[]"));
  }

  /** Returns a quoted identifier. */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /**
   * Returns a literal of a path that matches exactly this file, even if its name contains
   * wildcards.
   */
  public static String path(Path file) {
    return literal(file.toString().replaceAll("[\\[*?]", "[$0]"));
  }

  public static String paths(List<Path> files) {
    return files.stream().map(DuckSession::path).collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * Returns a table expression of Parquet files. Columns are matched by name; folder names give no
   * columns.
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
