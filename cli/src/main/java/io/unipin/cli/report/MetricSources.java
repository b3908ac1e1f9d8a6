package io.unipin.cli.report;

import io.unipin.cli.report.ReportQuestion.Metric;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The places from which the outcomes of a report come. Two places that have a metric of the same
 * name would be added together, and each event that both of them know would count twice. Immutable.
 *
 * @param names names of the sources; the column {@code source} of the outcomes is an index into
 *     this list
 */
record MetricSources(List<String> names) {
  /** The index of the file of outcomes. The pages have index 0, and the actions have index 1. */
  static final int FILE = 2;

  private static final String SHARED =
      """
      SELECT metric, min(source), max(source) FROM outcomes
      GROUP BY metric HAVING min(source) < max(source) ORDER BY metric
      """;

  static MetricSources of(Optional<Path> served, Optional<Path> outcomes) {
    String log = served.map(Path::toString).orElse("");
    return new MetricSources(
        List.of(
            "the pages of " + log,
            "the actions of " + log,
            outcomes.map(Path::toString).orElse("")));
  }

  /** Refuses metrics that two sources have. An empty list stands for all metrics. */
  void requireOne(Connection connection, List<Metric> metrics) throws SQLException {
    Set<String> asked =
        metrics.stream()
            .flatMap(
                metric ->
                    Stream.concat(Stream.of(metric.numerator()), metric.denominator().stream()))
            .collect(Collectors.toSet());
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SHARED)) {
      while (rows.next()) {
        String metric = rows.getString(1);
        if (asked.isEmpty() || asked.contains(metric)) {
          throw new ReportException(
              "one source of the metric '%s' expected, got two: %s, and %s"
                  .formatted(metric, names.get(rows.getInt(2)), names.get(rows.getInt(3))));
        }
      }
    }
  }
}
