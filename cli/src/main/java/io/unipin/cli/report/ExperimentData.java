package io.unipin.cli.report;

import io.unipin.cli.report.ReportQuestion.Metric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The exposures and outcomes of the logs, joined by user in a temporary database. Not thread-safe.
 */
final class ExperimentData implements AutoCloseable {
  private final Connection connection;
  private final MetricSources sources;
  private long unreadable;
  private boolean hasServed;
  private boolean hasFile;

  private ExperimentData(Connection connection, MetricSources sources) {
    this.connection = connection;
    this.sources = sources;
  }

  /**
   * Reads logs.
   *
   * @param exposures a server's folder of exposures, or a Parquet or CSV file that was exported
   *     from such a folder
   * @param served folder of a server's served log; absent if there is none
   * @param outcomes a Parquet or CSV file with the columns user, timeMs, metric, value; absent if
   *     there is none
   */
  static ExperimentData read(Path exposures, Optional<Path> served, Optional<Path> outcomes) {
    Properties properties = new Properties();
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    ExperimentData data = null;
    boolean read = false;
    try {
      data =
          new ExperimentData(
              DriverManager.getConnection("jdbc:duckdb:", properties),
              MetricSources.of(served, outcomes));
      data.readExposures(exposures);
      data.execute(
          "CREATE TABLE outcomes(\"user\" VARCHAR, timeMs BIGINT, metric VARCHAR, value DOUBLE, source UTINYINT)");
      if (served.isPresent()) {
        data.execute("CREATE TABLE served AS " + LogTables.served(served.get()));
        data.dropUnreadable("served");
        data.execute("INSERT INTO outcomes " + LogTables.OUTCOMES_OF_SERVED);
        data.hasServed = true;
      }
      if (outcomes.isPresent()) {
        new TableFile(data.connection, outcomes.get(), TableFile.OUTCOMES).into("file_outcomes");
        data.execute(
            "INSERT INTO outcomes SELECT \"user\", timeMs, metric, value, %s FROM file_outcomes"
                .formatted(MetricSources.FILE));
        data.hasFile = true;
      }
      read = true;
      return data;
    } catch (SQLException e) {
      throw failure(e);
    } finally {
      if (!read && data != null) {
        data.close();
      }
    }
  }

  private void readExposures(Path source) throws SQLException {
    if (Files.isDirectory(source)) {
      execute("CREATE TABLE exposures AS " + LogTables.exposures(source));
      dropUnreadable("exposures");
      execute(LogTables.REPEATED_EXPOSURES);
    } else {
      new TableFile(connection, source, TableFile.EXPOSURES).into("exposures");
    }
  }

  /**
   * Drops unreadable lines of a log. A server that was killed may leave half a line at the end of
   * its log.
   */
  private void dropUnreadable(String table) throws SQLException {
    unreadable += count("SELECT count(*) FROM " + table + " WHERE \"user\" IS NULL");
    execute("DELETE FROM " + table + " WHERE \"user\" IS NULL");
  }

  /** Returns the number of log lines that were not valid entries. */
  long unreadable() {
    return unreadable;
  }

  private static ReportException failure(SQLException e) {
    String message = String.valueOf(e.getMessage());
    return new ReportException(message.lines().findFirst().orElse(message), e);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long count(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Writes all exposures to a Parquet or CSV file. The file's name decides the format. */
  void export(Path file) {
    boolean csv = file.toString().endsWith(".csv");
    if (!csv && !file.toString().endsWith(".parquet")) {
      throw new ReportException("a file named .parquet or .csv expected, got " + file);
    }
    try {
      execute(
          "COPY (SELECT * FROM exposures ORDER BY timeMs, \"user\", experiment) TO %s (FORMAT %s)"
              .formatted(LogTables.quoted(file.toString()), csv ? "csv, HEADER" : "parquet"));
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  long exposures() {
    try {
      return count("SELECT count(*) FROM exposures");
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** The users of an experiment, and how well the outcomes of a file fit them. */
  record Users(ExposedUsers exposed, OutcomeFit fit) {}

  /**
   * Finds an experiment's users and adds up their outcomes. Uses the question's salt; if the
   * question has no salt, uses the salt that was logged last.
   */
  Users join(ReportQuestion question) {
    try {
      ExposedUsers exposed = ExposedUsers.find(connection, question, hasServed);
      String sums =
          """
          CREATE OR REPLACE TABLE sums AS
          SELECT u."user", o.metric,
            coalesce(sum(value) FILTER (o.timeMs >= u.since), 0) AS now,
            coalesce(sum(value) FILTER (o.timeMs < u.past), 0) AS past
          FROM units u JOIN outcomes o ON u."user" = o."user"
          WHERE o.timeMs < %s AND o.timeMs >= u.past - %s
          GROUP BY ALL
          """;
      execute(sums.formatted(question.untilMs(), question.past().toMillis()));
      boolean fits = hasFile && !exposed.byArm().isEmpty();
      return new Users(exposed, fits ? OutcomeFit.of(connection, question) : OutcomeFit.NONE);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /**
   * Returns, by arm, the first exposure of each user that a report counts, in milliseconds since the
   * epoch.
   */
  Map<String, Map<String, Long>> since(ReportQuestion question) {
    try {
      ExposedUsers.find(connection, question, hasServed);
      return ExposedUsers.since(connection);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /**
   * Refuses metrics that two sources have. An empty list stands for all metrics of the data.
   *
   * @throws ReportException naming the metric and both sources
   */
  void requireOneSource(List<Metric> metrics) {
    try {
      sources.requireOne(connection, metrics);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /**
   * Returns all metrics that the data allow: a sum per user for each outcome, and a ratio to
   * impressions for each action.
   */
  List<Metric> metrics() {
    List<Metric> metrics = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT DISTINCT metric FROM outcomes ORDER BY metric")) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      names.forEach(name -> metrics.add(new Metric(name, Optional.empty())));
      if (names.contains(LogTables.IMPRESSIONS)) {
        names.removeAll(List.of(LogTables.IMPRESSIONS, LogTables.PAGES));
        names.forEach(name -> metrics.add(new Metric(name, Optional.of(LogTables.IMPRESSIONS))));
      }
      return metrics;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** Returns each user's sums for one metric, by arm. */
  Map<String, UnitSums> sums(Metric metric) {
    String below = metric.denominator().isPresent() ? "coalesce(d.%1$s, 0)" : "1";
    String sql =
        """
        SELECT u.arm, coalesce(n.now, 0), %s, coalesce(n.past, 0), %s
        FROM units u
        LEFT JOIN sums n ON n."user" = u."user" AND n.metric = ?
        LEFT JOIN sums d ON d."user" = u."user" AND d.metric = ?
        """
            .formatted(below.formatted("now"), below.formatted("past"));
    Map<String, UnitSums> arms = new TreeMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, metric.numerator());
      statement.setString(2, metric.denominator().orElse(""));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          arms.computeIfAbsent(rows.getString(1), arm -> new UnitSums())
              .add(rows.getDouble(2), rows.getDouble(3), rows.getDouble(4), rows.getDouble(5));
        }
      }
      return arms;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure(e);
    }
  }
}
