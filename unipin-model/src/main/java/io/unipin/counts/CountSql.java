package io.unipin.counts;

import io.unipin.feedlog.arrays.IntArray;
import io.unipin.feedlog.arrays.LongArray;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.Map;
import org.duckdb.DuckDBAppender;

/**
 * Counts rows by SQL. Rows that do not fit into a bounded memory are written to a temporary folder.
 * All counts are whole numbers and every order of rows is defined, so the result is the same on
 * every machine. Not thread-safe.
 */
final class CountSql implements AutoCloseable {
  private static final String MEMORY = "1GB";

  /** Least number of users in a count. */
  private static final int LEAST_USERS = 2;

  private final CountLayout layout;
  private final SpillFolder spill;
  private final DuckSession session;
  private final DuckDBAppender shown;
  private final DuckDBAppender before;
  private final DuckDBAppender own;
  private final DuckDBAppender positives;

  private CountSql(CountLayout layout, SpillFolder spill, DuckSession session) throws SQLException {
    this.layout = layout;
    this.spill = spill;
    this.session = session;
    session.alone();
    session.execute("SET memory_limit = '" + MEMORY + "'");
    session.execute(
        "CREATE TABLE shown (who INTEGER, surface INTEGER, segment INTEGER, item INTEGER,"
            + " category INTEGER, author INTEGER, age INTEGER, bits BIGINT)");
    session.execute("CREATE TABLE before (who INTEGER, item INTEGER, bits BIGINT)");
    session.execute("CREATE TABLE own (who INTEGER, bits BIGINT)");
    session.execute("CREATE TABLE positives (who INTEGER, place INTEGER, item INTEGER)");
    this.shown = session.connection().createAppender("shown");
    this.before = session.connection().createAppender("before");
    this.own = session.connection().createAppender("own");
    this.positives = session.connection().createAppender("positives");
  }

  static CountSql open(CountLayout layout) {
    SpillFolder spill = SpillFolder.create();
    DuckSession session = null;
    CountSql opened = null;
    try {
      session = DuckSession.open(spill.path());
      opened = new CountSql(layout, spill, session);
      return opened;
    } catch (SQLException e) {
      throw failed(e);
    } finally {
      if (opened == null) {
        if (session != null) {
          session.close();
        }
        spill.close();
      }
    }
  }

  /** Adds an impression. A surface or segment of {@link CountQuery#NONE} is unknown. */
  void shown(int user, Described described, long ageMs, long bits) {
    try {
      shown.beginRow();
      shown.append(user);
      append(described.surface());
      append(described.segment());
      shown.append(described.item());
      append(described.category());
      append(described.author());
      int window = 0;
      for (int w = 1; w < layout.windows().size(); w++) {
        window = layout.windows().get(w).holds(ageMs) ? w : window;
      }
      shown.append(window).append(bits);
      shown.endRow();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * The values of an impression's keys; {@link CountQuery#NONE} for an unknown value.
   *
   * @param item row of the catalogue, always known
   */
  record Described(int surface, int segment, int item, int category, int author) {}

  private void append(int value) throws SQLException {
    if (value == CountQuery.NONE) {
      shown.appendNull();
    } else {
      shown.append(value);
    }
  }

  /** Adds an action from before the first feedview. */
  void before(int user, int item, long bits) {
    try {
      before.beginRow();
      before.append(user).append(item).append(bits);
      before.endRow();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Adds one of a user's newest actions. */
  void own(int user, long bits) {
    try {
      own.beginRow();
      own.append(user).append(bits);
      own.endRow();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Adds a positive action. A user's actions are ordered by {@code place}. */
  void positive(int user, int place, int item) {
    try {
      positives.beginRow();
      positives.append(user).append(place).append(item);
      positives.endRow();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Counts everything that was added. Nothing can be added later. */
  CountData counted(long untilMs, int[] categories, int[] authors) {
    try {
      shown.close();
      before.close();
      own.close();
      positives.close();
      Map<CountKey, CountTable> tables = new EnumMap<>(CountKey.class);
      for (CountKey key : layout.keys()) {
        tables.put(key, table(key));
      }
      return new CountData(layout, untilMs, categories, authors, tables, followers());
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private CountTable table(CountKey key) throws SQLException {
    int windows = layout.windows(key).size();
    int actions = layout.actions().size();
    LongArray keys = new LongArray();
    IntArray shownCounts = new IntArray();
    IntArray got = new IntArray();
    try (Statement statement = session.connection().createStatement();
        ResultSet rows = statement.executeQuery(query(key, windows, actions))) {
      while (rows.next()) {
        keys.add(rows.getLong(1));
        for (int w = 0; w < windows; w++) {
          int column = 2 + w * (2 + actions);
          boolean enough = rows.getLong(column) >= LEAST_USERS;
          shownCounts.add(enough ? Math.toIntExact(rows.getLong(column + 1)) : 0);
          for (int action = 0; action < actions; action++) {
            got.add(enough ? Math.toIntExact(rows.getLong(column + 2 + action)) : 0);
          }
        }
      }
    }
    return new CountTable(keys.toArray(), windows, actions, shownCounts.toArray(), got.toArray());
  }

  /**
   * Returns a query for the rows of a table: the key, then for each window the number of users, the
   * number of impressions and the number of each action. If there are too many rows, those with the
   * most impressions are returned.
   */
  private String query(CountKey key, int windows, int actions) {
    StringBuilder columns = new StringBuilder();
    for (int w = 0; w < windows; w++) {
      String filter = key.countsImpressions() ? " FILTER (age >= " + w + ")" : "";
      columns.append(", count(DISTINCT who)").append(filter).append(" AS users").append(w);
      columns.append(", count(*)").append(filter).append(" AS n").append(w);
      for (int action = 0; action < actions; action++) {
        columns.append(", coalesce(sum((bits >> ").append(action).append(") & 1)");
        columns.append(filter).append(", 0)::BIGINT AS g").append(w).append('_').append(action);
      }
    }
    return """
        SELECT * FROM (
          SELECT %s AS k%s FROM %s GROUP BY k HAVING k IS NOT NULL AND users0 >= %s
          ORDER BY n0 DESC, k LIMIT %s)
        ORDER BY k"""
        .formatted(
            key.sql(layout.items()),
            columns,
            key.countsImpressions() ? "shown" : key.isBefore() ? "before" : "own",
            LEAST_USERS,
            layout.mostRows(key));
  }

  private Followers followers() throws SQLException {
    int items = layout.items();
    int[] starts = new int[items + 1];
    int[] leaders = new int[items];
    IntArray followers = new IntArray();
    IntArray counts = new IntArray();
    try (Statement statement = session.connection().createStatement();
        ResultSet rows = statement.executeQuery(followersQuery())) {
      while (rows.next()) {
        int leader = rows.getInt(1);
        starts[leader + 1]++;
        followers.add(rows.getInt(2));
        counts.add(Math.toIntExact(rows.getLong(3)));
        leaders[leader] = Math.toIntExact(rows.getLong(4));
      }
    }
    for (int item = 0; item < items; item++) {
      starts[item + 1] += starts[item];
    }
    return new Followers(leaders, starts, followers.toArray(), counts.toArray());
  }

  private static String followersQuery() {
    StringBuilder next = new StringBuilder();
    for (int apart = 1; apart <= Followers.APART; apart++) {
      next.append(apart == 1 ? "" : ", ").append("lead(item, ").append(apart).append(") OVER mine");
    }
    return """
        WITH following AS (
          SELECT who, item AS leader, [%s] AS next
          FROM positives WINDOW mine AS (PARTITION BY who ORDER BY place)),
        pairs AS (SELECT who, leader, unnest(next) AS follower FROM following),
        counted AS (
          SELECT leader, follower, count(*) AS c FROM pairs
          WHERE follower IS NOT NULL AND follower <> leader
          GROUP BY leader, follower HAVING count(DISTINCT who) >= %s),
        strongest AS (
          SELECT * FROM counted
          QUALIFY row_number() OVER (PARTITION BY leader ORDER BY c DESC, follower) <= %s),
        totals AS (SELECT item, count(*) AS n FROM positives GROUP BY item)
        SELECT leader, follower, c, n FROM strongest JOIN totals ON leader = item
        ORDER BY leader, c DESC, follower"""
        .formatted(next, LEAST_USERS, Followers.MOST);
  }

  private static CountsException failed(SQLException cause) {
    return new CountsException("the log cannot be counted: " + DuckSession.reason(cause), cause);
  }

  @Override
  public void close() {
    session.close();
    spill.close();
  }
}
