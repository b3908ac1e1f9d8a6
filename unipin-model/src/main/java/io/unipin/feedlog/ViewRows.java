package io.unipin.feedlog;

import io.unipin.feedlog.arrays.DoubleArray;
import io.unipin.feedlog.arrays.FloatArray;
import io.unipin.feedlog.arrays.IntArray;
import io.unipin.feedlog.arrays.LongArray;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The rows of one feedview, which are collected while the rows of its user are read. */
final class ViewRows {
  private final String id;
  private final long time;
  private final long sequence;
  private final int surface;
  private final IntArray files = new IntArray();
  private final LongArray fileRows = new LongArray();
  private final IntArray items = new IntArray();
  private final LongArray bits = new LongArray();
  private final IntArray positions = new IntArray();
  private final FloatArray oracle = new FloatArray();
  private final DoubleArray propensity = new DoubleArray();
  private int lastPosition = -1;

  private ViewRows(String id, long time, long sequence, int surface) {
    this.id = id;
    this.time = time;
    this.sequence = sequence;
    this.surface = surface;
  }

  /** The optional numbers of an impression; NaN for an absent number. */
  record Stated(float oracle, double propensity) {}

  /** Starts a view with the values of its first row. */
  static ViewRows startedBy(String id, ResultSet row) throws SQLException {
    return new ViewRows(
        id, RowCheck.time(row), RowCheck.sequence(row), row.getInt(RowCheck.SURFACE));
  }

  /**
   * Whether another row with the same feedview id fits this feedview. If the row does not fit,
   * counts it as bad.
   */
  boolean agrees(ResultSet row, RowCheck check) throws SQLException {
    String column = "";
    if (RowCheck.time(row) != time) {
      column = "time_ms";
    } else if (RowCheck.sequence(row) != sequence) {
      column = "sequence";
    } else if (row.getInt(RowCheck.SURFACE) != surface) {
      column = "surface";
    }
    if (!column.isEmpty()) {
      check.complain(row, column, "the same in all rows of a feedview expected", "another");
      return false;
    }
    long position = row.getLong(RowCheck.NEXT + 1);
    if (position == lastPosition) {
      check.complain(row, "position", "the feedview has an earlier row there", position);
      return false;
    }
    return true;
  }

  /** Adds a row. {@code stated} has its oracle and propensity; NaN stands for an absent number. */
  void add(ResultSet row, int position, int item, Stated stated) throws SQLException {
    lastPosition = position;
    files.add(row.getInt(RowCheck.FILE));
    fileRows.add(row.getLong(RowCheck.FILE_ROW));
    items.add(item);
    bits.add(row.getLong(RowCheck.BITS));
    positions.add(position);
    oracle.add(stated.oracle());
    propensity.add(stated.propensity());
  }

  void complainAll(RowCheck check, String reason) {
    Object value = time == FeedLog.NO_TIME ? null : time;
    for (int row = 0; row < items.size(); row++) {
      check.complain(files.get(row), fileRows.get(row), "time_ms", reason, value);
    }
  }

  String id() {
    return id;
  }

  long time() {
    return time;
  }

  long sequence() {
    return sequence;
  }

  int surface() {
    return surface;
  }

  /** Returns the index of the file that holds the feedview's first row. */
  int file() {
    return files.get(0);
  }

  /** Returns the number of the feedview's first row in its file. */
  long fileRow() {
    return fileRows.get(0);
  }

  IntArray items() {
    return items;
  }

  LongArray bits() {
    return bits;
  }

  IntArray positions() {
    return positions;
  }

  FloatArray oracle() {
    return oracle;
  }

  DoubleArray propensity() {
    return propensity;
  }
}
