package io.unipin.cli.report;

import io.unipin.feedlog.FeedRules;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Says how the outcomes of a file fit the exposed users.
 *
 * @param read number of rows in the file
 * @param ofNobody number of rows whose users were not exposed or are left out
 * @param outOfTime number of rows of exposed users with a time before the user's look-back period,
 *     between this period and the user's first exposure, or at or after the report's end
 */
public record OutcomeFit(long read, long ofNobody, long outOfTime) {
  static final OutcomeFit NONE = new OutcomeFit(0, 0, 0);

  /**
   * Compares the rows of the table {@code file_outcomes} with the users of the table {@code units}.
   * Refuses a file if the report would ignore all of its rows.
   */
  static OutcomeFit of(Connection connection, ReportQuestion question) throws SQLException {
    String sql =
        """
        SELECT count(*), count(*) FILTER (u."user" IS NULL),
          count(*) FILTER (o.timeMs < u.past - %1$s OR o.timeMs >= %2$s
            OR (o.timeMs >= u.past AND o.timeMs < since)),
          min(o."user"), (SELECT min("user") FROM units), max(o.timeMs), min(o.timeMs), (SELECT min(since) FROM units)
        FROM file_outcomes o LEFT JOIN units u ON u."user" = o."user"
        """
            .formatted(question.past().toMillis(), question.untilMs());
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      OutcomeFit fit = new OutcomeFit(row.getLong(1), row.getLong(2), row.getLong(3));
      if (fit.read == 0) {
        throw new ReportException("outcomes expected, got none");
      }
      if (fit.ofNobody == fit.read) {
        throw new ReportException(
            "outcomes of exposed users expected: of %s none is, they are of such as '%s'; exposed are such as '%s'"
                .formatted(fit.read, row.getString(4), row.getString(5)));
      }
      if (fit.ofNobody + fit.outOfTime == fit.read) {
        throw new ReportException(outOfTime(row.getLong(6), row.getLong(7), row.getLong(8)));
      }
      return fit;
    }
  }

  private static String outOfTime(long latest, long earliest, long exposed) {
    if (FeedRules.looksLikeSeconds(latest)) {
      return "all outcomes lie before the first exposure: milliseconds expected, got " + latest;
    }
    return "outcomes around the first exposure, %s, expected: all lie outside of the time that counts, from %s to %s"
        .formatted(exposed, earliest, latest);
  }
}
