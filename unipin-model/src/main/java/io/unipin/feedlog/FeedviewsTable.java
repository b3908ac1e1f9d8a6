package io.unipin.feedlog;

import io.unipin.feedlog.arrays.IntArray;
import io.unipin.feedlog.database.DuckSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the feedviews table into flat columns. Rows are grouped by user; views are ordered by time
 * and impressions by position.
 */
final class FeedviewsTable {
  private static final int VIEW = RowCheck.NEXT;
  private static final int POSITION = RowCheck.NEXT + 1;
  private static final int ORACLE = RowCheck.NEXT + 2;
  private static final int ORACLE_NULL = RowCheck.NEXT + 3;
  private static final int PROPENSITY = RowCheck.NEXT + 4;

  private static final Comparator<ViewRows> BY_TIME =
      Comparator.comparingLong(ViewRows::time)
          .thenComparingLong(ViewRows::sequence)
          .thenComparingInt(ViewRows::file)
          .thenComparingLong(ViewRows::fileRow);

  private final TableScan scan;
  private final RowCheck check;
  private final ActionsTable actions;
  private final Map<String, Integer> actionUsers = new HashMap<>();
  private final List<String> users = new ArrayList<>();
  private final IntArray start = new IntArray();
  private final FlatViews flat = new FlatViews();

  /** The views of the user whose rows are being read. */
  private final List<ViewRows> views = new ArrayList<>();

  FeedviewsTable(TableScan scan, RowCheck check, ActionsTable actions) {
    this.scan = scan;
    this.check = check;
    this.actions = actions;
    for (int row = 0; row < actions.users().size(); row++) {
      actionUsers.put(actions.users().get(row), row);
    }
  }

  /** Reads all rows. Reads nothing if {@code absent} says that the log has no feedviews. */
  void read(DuckSession session, boolean absent) {
    if (!absent) {
      read(session);
    }
    start.add(flat.views());
  }

  private void read(DuckSession session) {
    String oracle = scan.column("oracle");
    String query =
        check.select()
            + ", feedview_id, position::BIGINT, %s::DOUBLE, %s IS NULL, %s::DOUBLE FROM "
                .formatted(oracle, oracle, scan.column("propensity"))
            + scan.from()
            + RowCheck.orderBy(
                List.of("user_id NULLS FIRST", "feedview_id", "position NULLS FIRST"));
    try (Statement statement = session.connection().createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      String user = "";
      while (rows.next()) {
        int item = check.item(rows);
        if (item < 0) {
          continue;
        }
        if (!user.equals(rows.getString(RowCheck.USER))) {
          flush(user);
          user = rows.getString(RowCheck.USER);
        }
        add(rows, item);
      }
      flush(user);
    } catch (SQLException e) {
      throw scan.failed(e);
    }
  }

  private void add(ResultSet row, int item) throws SQLException {
    String view = row.getString(VIEW);
    if (view == null || view.isBlank()) {
      check.complain(row, "feedview_id", "an id that is not blank expected", view);
      return;
    }
    long position = row.getLong(POSITION);
    if (row.wasNull() || position < 0 || position > Integer.MAX_VALUE) {
      check.complain(row, "position", "a number of at least 0 expected", row.getObject(POSITION));
      return;
    }
    float oracle = row.getBoolean(ORACLE_NULL) ? Float.NaN : (float) row.getDouble(ORACLE);
    if (!row.getBoolean(ORACLE_NULL) && !Float.isFinite(oracle)) {
      check.complain(row, "oracle", "a finite number or null expected", row.getDouble(ORACLE));
      return;
    }
    double propensity = row.getDouble(PROPENSITY);
    if (row.wasNull()) {
      propensity = Double.NaN;
    } else if (!(propensity > 0 && propensity <= 1)) {
      check.complain(
          row, "propensity", "a number above 0 and at most 1, or null, expected", propensity);
      return;
    }
    ViewRows last = views.isEmpty() ? null : views.get(views.size() - 1);
    if (last == null || !last.id().equals(view)) {
      last = ViewRows.startedBy(view, row);
      views.add(last);
    } else if (!last.agrees(row, check)) {
      return;
    }
    last.add(row, (int) position, item, new ViewRows.Stated(oracle, propensity));
  }

  private void flush(String user) {
    Integer actionUser = actionUsers.get(user);
    boolean timed = views.stream().anyMatch(view -> view.time() != FeedLog.NO_TIME);
    if (actionUser != null) {
      timed = actions.timed(actionUser);
    }
    String reason =
        timed
            ? "a time expected, as other rows of the user have"
            : "no time expected, as the user's actions have none";
    for (int v = views.size() - 1; v >= 0; v--) {
      if (timed == (views.get(v).time() == FeedLog.NO_TIME)) {
        views.remove(v).complainAll(check, reason);
      }
    }
    if (views.isEmpty()) {
      return;
    }
    users.add(user);
    start.add(flat.views());
    views.sort(BY_TIME);
    for (ViewRows view : views) {
      int history =
          actionUser == null ? 0 : actions.before(actionUser, view.time(), view.sequence());
      flat.add(view, history);
    }
    views.clear();
  }

  /** Returns the users with at least one feedview, in order. */
  List<String> users() {
    return users;
  }

  int start(int user) {
    return start.get(user);
  }

  /** Returns the columns. {@code starts} holds the index of each user's first feedview. */
  ViewColumns columns(int[] starts) {
    return flat.columns(starts);
  }
}
