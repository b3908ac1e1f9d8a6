package io.unipin.cli.report;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The users of an experiment, with what is said about them beside the effects.
 *
 * @param byArm number of users by arm
 * @param inSeveralArms number of users with more than one arm; they are left out
 * @param overridden number of users whose arm the configuration set by name; they are left out
 * @param underArmBefore number of users with a page that names their arm before their first
 *     exposure in the log
 * @param firstMs time of the first exposure, in milliseconds since the epoch; 0 without exposures
 * @param lastMs time of the last first exposure of a user; 0 without exposures
 */
record ExposedUsers(
    Map<String, Long> byArm,
    long inSeveralArms,
    long overridden,
    long underArmBefore,
    long firstMs,
    long lastMs) {
  /*
   * A user's past ends at the first exposure, or earlier at the first page that names the user's
   * arm. The second rule is for a log of exposures whose first days are lost. Days under the arm
   * would count as past there, and the adjustment by the past would subtract the arm's own effect.
   */
  private static final String UNITS =
      """
      CREATE OR REPLACE TABLE units AS
      SELECT "user", arg_min(arm, timeMs) AS arm, min(timeMs) AS since, min(timeMs) AS past,
        count(DISTINCT arm) AS arms, bool_or(overridden) AS overridden
      FROM exposures WHERE experiment = %1$s AND timeMs < %2$s
        AND salt = %3$s
      GROUP BY "user"
      """;

  private static final String LAST_SALT =
      "(SELECT arg_max(salt, timeMs) FROM exposures WHERE experiment = %s AND timeMs < %s)";

  private static final String PAST_BEFORE_ARM =
      """
      UPDATE units SET past = least(past, named.first)
      FROM (
        SELECT s."user", min(s.timeMs) AS first
        FROM served s JOIN units u ON s."user" = u."user"
        WHERE list_contains(string_split(s.arm, ','), %s || '=' || u.arm)
        GROUP BY ALL) named
      WHERE named."user" = units."user"
      """;

  /**
   * Writes the table {@code units} from the table {@code exposures}: user, arm, first exposure
   * {@code since}, and the end of the user's {@code past}. Uses the question's salt; if the question
   * has no salt, uses the salt that was logged last.
   *
   * @param hasServed whether there is a table {@code served} with the served pages
   */
  static ExposedUsers find(Connection connection, ReportQuestion question, boolean hasServed)
      throws SQLException {
    String experiment = LogTables.quoted(question.experiment());
    String last = LAST_SALT.formatted(experiment, question.untilMs());
    String salt = question.salt().map(LogTables::quoted).orElse(last);
    try (Statement statement = connection.createStatement()) {
      statement.execute(UNITS.formatted(experiment, question.untilMs(), salt));
      long several = number(statement, "count(*) FROM units WHERE arms > 1 AND NOT overridden");
      long overridden = number(statement, "count(*) FROM units WHERE overridden");
      statement.execute("DELETE FROM units WHERE arms > 1 OR overridden");
      if (hasServed) {
        statement.execute(PAST_BEFORE_ARM.formatted(experiment));
      }
      Map<String, Long> arms = new TreeMap<>();
      try (ResultSet rows =
          statement.executeQuery("SELECT arm, count(*) FROM units GROUP BY arm")) {
        while (rows.next()) {
          arms.put(rows.getString(1), rows.getLong(2));
        }
      }
      return new ExposedUsers(
          arms,
          several,
          overridden,
          number(statement, "count(*) FROM units WHERE past < since"),
          number(statement, "coalesce(min(since), 0) FROM units"),
          number(statement, "coalesce(max(since), 0) FROM units"));
    }
  }

  /** Returns these figures as the report shows them. */
  ExperimentReport.Exposed summary() {
    return new ExperimentReport.Exposed(
        inSeveralArms,
        overridden,
        underArmBefore,
        Instant.ofEpochMilli(firstMs).toString(),
        Instant.ofEpochMilli(lastMs).toString());
  }

  private static long number(Statement statement, String select) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT " + select)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Reads the table {@code units}. Returns, by arm, each user's first exposure in milliseconds since
   * the epoch.
   */
  static Map<String, Map<String, Long>> since(Connection connection) throws SQLException {
    Map<String, Map<String, Long>> arms = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT arm, \"user\", since FROM units")) {
      while (rows.next()) {
        arms.computeIfAbsent(rows.getString(1), arm -> new HashMap<>())
            .put(rows.getString(2), rows.getLong(3));
      }
    }
    return arms;
  }
}
