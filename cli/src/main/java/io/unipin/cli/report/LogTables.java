package io.unipin.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The queries with which DuckDB reads the logs. A line that is not JSON becomes a row of nulls. */
final class LogTables {
  /** The metric that counts items on served pages. */
  static final String IMPRESSIONS = "impressions";

  /** The metric that counts served pages. */
  static final String PAGES = "pages";

  private static final String EXPOSURE_COLUMNS =
      "{'timeMs': 'BIGINT', 'user': 'VARCHAR', 'layer': 'VARCHAR', 'experiment': 'VARCHAR', 'arm':"
          + " 'VARCHAR', 'salt': 'VARCHAR', 'overridden': 'BOOLEAN', 'requestId': 'VARCHAR',"
          + " 'bundle': 'VARCHAR', 'index': 'VARCHAR', 'config': 'VARCHAR'}";
  private static final String SERVED_COLUMNS =
      "{'view': 'VARCHAR', 'user': 'VARCHAR', 'timeMs': 'BIGINT', 'items': 'BIGINT[]', 'actions':"
          + " 'VARCHAR[]', 'event': 'VARCHAR', 'surface': 'VARCHAR', 'revision': 'BIGINT',"
          + " 'retracted': 'BOOLEAN', 'arm': 'VARCHAR'}";

  /**
   * The outcomes of the served log. If a page was requested again, its last answer is used. If an
   * event has several records, the record with the highest revision counts; of equal revisions, the
   * latest record counts. An event is left out if a retraction has the same or a higher revision.
   * The last column is the source: an index into {@link MetricSources#names}.
   */
  static final String OUTCOMES_OF_SERVED =
      """
      WITH views AS (
        SELECT * FROM served WHERE view IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY "user", view ORDER BY timeMs DESC, rowid DESC) = 1)
      SELECT "user", timeMs, 'pages', 1, 0 FROM views
      UNION ALL
      SELECT "user", timeMs, 'impressions', len(items), 0 FROM views
      UNION ALL
      SELECT "user", timeMs, unnest(actions), 1, 1 FROM (
        SELECT *, coalesce(revision, 0) AS recorded,
          max(coalesce(revision, 0)) FILTER (retracted) OVER (PARTITION BY "user", event) AS taken
        FROM served WHERE view IS NULL
        QUALIFY row_number() OVER (
          PARTITION BY "user", event
          ORDER BY coalesce(retracted, false), recorded DESC, timeMs DESC, items[1] DESC,
            actions DESC, surface DESC) = 1)
      WHERE retracted IS NOT TRUE AND (taken IS NULL OR recorded > taken)
      """;

  /**
   * A statement that removes repeated exposures. A request that was answered twice counts as one
   * exposure.
   */
  static final String REPEATED_EXPOSURES =
      """
      DELETE FROM exposures WHERE rowid IN (
        SELECT rowid FROM exposures WHERE requestId IS NOT NULL
        QUALIFY row_number() OVER (
          PARTITION BY "user", experiment, arm, salt, requestId ORDER BY timeMs, rowid) > 1)
      """;

  private LogTables() {}

  static String exposures(Path folder) {
    return json(folder, "exposures", EXPOSURE_COLUMNS);
  }

  static String served(Path folder) {
    return json(folder, "served", SERVED_COLUMNS);
  }

  private static String json(Path folder, String name, String columns) {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files =
          all.filter(file -> String.valueOf(file.getFileName()).matches(name + "-.*\\.jsonl"))
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new ReportException(folder + ": can't be read: " + e.getMessage(), e);
    }
    if (files.isEmpty()) {
      throw new ReportException("%s: files %s-*.jsonl expected, got none".formatted(folder, name));
    }
    String list =
        files.stream()
            .map(file -> quoted(file.toString()))
            .collect(Collectors.joining(", ", "[", "]"));
    return "SELECT * FROM read_json(%s, format = 'newline_delimited', ignore_errors = true, columns = %s)"
        .formatted(list, columns);
  }

  /** Returns a text as an SQL literal. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
