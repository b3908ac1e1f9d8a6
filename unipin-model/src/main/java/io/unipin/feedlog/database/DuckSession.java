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

/** One private in-memory DuckDB, which spills to a folder of the caller's. One thread. */
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
    // Text that says no time zone means UTC on every machine.
    session.execute("SET TimeZone = 'UTC'");
    return session;
  }

  /** Uses one thread from here on: the order of rows that SQL leaves open is then equal on every machine. */
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

  /** How many rows a table, by its quoted name, or another table expression has. */
  public long count(String table) throws SQLException {
    return number("SELECT count(*) FROM " + table);
  }

  /** The one number that a query answers. */
  public long number(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** The columns of a query, as "name TYPE". */
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

  /** The first Parquet file that cannot be read to its end. */
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

  /** A string literal. */
  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** A list of string literals. */
  public static String literals(List<String> texts) {
    return texts.stream()
        .map(DuckSession::literal)
        .collect(Collectors.joining(", ", "[", "]::VARCHAR[]"));
  }

  /** A quoted identifier. */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A literal of a path that names exactly this file, whatever it contains. */
  public static String path(Path file) {
    return literal(file.toString().replaceAll("[\\[*?]", "[$0]"));
  }

  public static String paths(List<Path> files) {
    return files.stream().map(DuckSession::path).collect(Collectors.joining(", ", "[", "]"));
  }

  /** A table expression of Parquet files: columns by name, and none made of folders' names. */
  public static String parquet(List<Path> files) {
    return "read_parquet(" + paths(files) + ", union_by_name = true, hive_partitioning = false)";
  }

  /** DuckDB's complaint on one line, without the statement. */
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
