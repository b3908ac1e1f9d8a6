package io.unipin.counts;

import java.util.Locale;

/**
 * Impressions with the same value of a key are counted together. Each key has one table of counts,
 * with a row for each of its values. The order of the constants is the order of the tables in a
 * file.
 *
 * <p>No key combines the user with the item. Such a count would reveal the label of the impression
 * itself.
 */
enum CountKey {
  /** All impressions; this table has one row. */
  TOTAL("0", false),
  SURFACE("surface", true),
  ITEM("item", true),
  CATEGORY("category", true),
  AUTHOR("author", true),
  /** The most frequent category among the user's last positive items. */
  SEGMENT("segment", false),
  SURFACE_ITEM("surface::BIGINT * %s + item", true),
  SEGMENT_ITEM("segment::BIGINT * %s + item", true),
  /** All actions that are older than the log's first feedview; this table has one row. */
  BEFORE_TOTAL("0", false),
  /** The item of an action that is older than the log's first feedview. */
  BEFORE("item", true),
  /** The newest actions of all users, see {@link OwnActions}; this table has one row. */
  OWN_TOTAL("0", false);

  private final String sql;
  private final boolean input;

  CountKey(String sql, boolean input) {
    this.sql = sql;
    this.input = input;
  }

  /** Returns the key's name as it occurs in the names of inputs. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the key of a row as an SQL expression. The expression is null for a row without key. */
  String sql(int items) {
    return "(" + sql.formatted(items) + ")::BIGINT";
  }

  /**
   * Whether the rates of this key are inputs. The rates of other keys only serve as levels above.
   */
  boolean isInput() {
    return input;
  }

  /**
   * Whether this key counts actions that are older than the first feedview. Such a key has one
   * window.
   */
  boolean isBefore() {
    return this == BEFORE_TOTAL || this == BEFORE;
  }

  /** Whether this key counts impressions. A key that counts actions has one window. */
  boolean countsImpressions() {
    return !isBefore() && this != OWN_TOTAL;
  }

  /** Whether the number of impressions is an input as well. */
  boolean tellsNumber() {
    return this == ITEM || this == BEFORE;
  }
}
