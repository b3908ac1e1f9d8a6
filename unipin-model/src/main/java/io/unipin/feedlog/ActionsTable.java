package io.unipin.feedlog;

import io.unipin.feedlog.arrays.IntArray;
import io.unipin.feedlog.arrays.LongArray;
import io.unipin.feedlog.database.DuckSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the actions table into flat columns, grouped by user and in order. */
final class ActionsTable {
  private static final int EVENT = RowCheck.NEXT;

  private final DuckSession session;
  private final TableScan scan;
  private final RowCheck check;

  private final List<String> users = new ArrayList<>();
  private final IntArray start = new IntArray();
  private final IntArray items = new IntArray();
  private final LongArray bits = new LongArray();
  private final IntArray surfaces = new IntArray();
  private final LongArray times = new LongArray();
  private final LongArray sequences = new LongArray();
  private final Set<String> events = new HashSet<>();

  ActionsTable(DuckSession session, TableScan scan, RowCheck check) {
    this.session = session;
    this.scan = scan;
    this.check = check;
  }

  ActionsTable read() {
    String query =
        check.select()
            + ", "
            + scan.column("event_id")
            + " FROM "
            + scan.from()
            + RowCheck.orderBy(
                List.of("user_id NULLS FIRST", "time_ms NULLS LAST", "8 NULLS LAST"));
    try (Statement statement = session.connection().createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        int item = check.item(rows);
        if (item >= 0) {
          add(rows, item);
        }
      }
    } catch (SQLException e) {
      throw scan.failed(e);
    }
    start.add(items.size());
    return this;
  }

  private void add(ResultSet row, int item) throws SQLException {
    String user = row.getString(RowCheck.USER);
    boolean first = users.isEmpty() || !user.equals(users.get(users.size() - 1));
    long time = RowCheck.time(row);
    if (!first && time == FeedLog.NO_TIME && times.last() != FeedLog.NO_TIME) {
      check.complain(row, "time_ms", "a time expected, as other actions of the user have", null);
      return;
    }
    if (first) {
      events.clear();
    }
    String event = row.getString(EVENT);
    if (event != null && !events.add(event)) {
      check.complain(row, "event_id", "the user has an earlier action with this id", event);
      return;
    }
    if (first) {
      users.add(user);
      start.add(items.size());
    }
    items.add(item);
    bits.add(row.getLong(RowCheck.BITS));
    surfaces.add(row.getInt(RowCheck.SURFACE));
    times.add(time);
    sequences.add(RowCheck.sequence(row));
  }

  /** Returns the users with at least one action, in order. */
  List<String> users() {
    return users;
  }

  /** Whether a user's actions have times. The user is an index into {@link #users}. */
  boolean timed(int user) {
    return times.get(start.get(user)) != FeedLog.NO_TIME;
  }

  /**
   * Returns the number of the user's actions strictly before a time. If the time is
   * {@link FeedLog#NO_TIME}, returns the number of actions with a smaller sequence.
   */
  int before(int user, long time, long sequence) {
    LongArray keys = time == FeedLog.NO_TIME ? sequences : times;
    long key = time == FeedLog.NO_TIME ? sequence : time;
    int low = start.get(user);
    int high = start.get(user + 1);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keys.get(middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - start.get(user);
  }

  /**
   * Returns the columns. {@code starts} holds the row of the first action of each user of the log.
   */
  ActionColumns columns(int[] starts) {
    return new ActionColumns(
        starts, items.toArray(), bits.toArray(), surfaces.toArray(), times.toArray());
  }

  int start(int user) {
    return start.get(user);
  }
}
