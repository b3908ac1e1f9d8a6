package io.unipin.feedlog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * A feed log in memory: actions and feedviews of all users in flat primitive arrays.
 *
 * <p>Users, items, actions, feedviews and impressions are numbered by rows from 0. The log owns the
 * arrays; callers must not change them. Immutable, hence thread-safe.
 */
public final class FeedLog {
  /**
   * Stands for an unknown time of an action or feedview. Of such actions and feedviews, only the
   * order is known.
   */
  public static final long NO_TIME = Long.MIN_VALUE;

  private final FeedSchema schema;
  private final Catalogue catalogue;
  private final List<String> users;
  private final Map<String, Integer> userRows;
  private final ActionColumns actions;
  private final ViewColumns views;
  private final long badRows;

  FeedLog(
      FeedSchema schema,
      Catalogue catalogue,
      List<String> users,
      ActionColumns actions,
      ViewColumns views,
      long badRows) {
    this.schema = schema;
    this.catalogue = catalogue;
    this.users = List.copyOf(users);
    this.userRows = new HashMap<>(users.size() * 2);
    for (int row = 0; row < users.size(); row++) {
      userRows.put(users.get(row), row);
    }
    this.actions = actions;
    this.views = views;
    this.badRows = badRows;
  }

  public FeedSchema schema() {
    return schema;
  }

  public Catalogue catalogue() {
    return catalogue;
  }

  /** Returns the number of users, including users that only appear in feedviews. */
  public int users() {
    return users.size();
  }

  public String user(int row) {
    return users.get(row);
  }

  /** Returns the row of a user, or -1 when the user is unknown. */
  public int userRow(String id) {
    return userRows.getOrDefault(id, -1);
  }

  /**
   * Returns the index of user u's first action. The user's actions are ordered oldest first and end
   * before {@code actionStart(u + 1)}.
   */
  public int actionStart(int u) {
    return actions.start()[u];
  }

  /** Returns the number of actions of all users. */
  public int actions() {
    return actions.items().length;
  }

  /** Returns for each action the catalogue row of its item. */
  public int[] actionItems() {
    return actions.items();
  }

  /** Returns for each action the multi-hot of its types, over {@link FeedSchema#actions}. */
  public long[] actionBits() {
    return actions.bits();
  }

  /** Returns for each action the index of its surface in {@link FeedSchema#surfaces}. */
  public int[] actionSurfaces() {
    return actions.surfaces();
  }

  /** Returns for each action its time in milliseconds since 1970, or {@link #NO_TIME}. */
  public long[] actionTimes() {
    return actions.times();
  }

  /**
   * Returns the index of user u's first feedview. The user's feedviews are ordered by time and end
   * before {@code viewStart(u + 1)}.
   */
  public int viewStart(int u) {
    return views.start()[u];
  }

  /** Returns the number of feedviews of all users. */
  public int views() {
    return views.surfaces().length;
  }

  /** Returns for each feedview the index of its surface in {@link FeedSchema#surfaces}. */
  public int[] viewSurfaces() {
    return views.surfaces();
  }

  /** Returns for each feedview its time in milliseconds since 1970, or {@link #NO_TIME}. */
  public long[] viewTimes() {
    return views.times();
  }

  /** Returns for each feedview the number of the user's actions strictly before it. */
  public int[] viewHistory() {
    return views.history();
  }

  /**
   * Returns the index of view v's first impression. The view's impressions are in displayed order
   * and end before {@code impressionStart(v + 1)}.
   */
  public int impressionStart(int v) {
    return views.impressionStart()[v];
  }

  /**
   * Returns the place of an impression of view v on the page, from 0. Impressions above it count,
   * even if the log lacks them.
   */
  public int position(int v, int impression) {
    return views.position(v, impression);
  }

  /** Returns the number of impressions of all feedviews. */
  public int impressions() {
    return views.items().length;
  }

  /** Returns for each impression the catalogue row of its item. */
  public int[] impressionItems() {
    return views.items();
  }

  /** Returns for each impression the multi-hot of the actions that it got; 0 if it got none. */
  public long[] impressionBits() {
    return views.bits();
  }

  /**
   * Returns for each impression the oracle: the true utility that a simulator states. The array is
   * empty unless the log is simulated.
   */
  public float[] impressionOracle() {
    return views.oracle();
  }

  /**
   * Returns for each impression the probability with which the server chose the item for its
   * position; NaN where unknown. The array is empty if all probabilities are unknown.
   */
  public double[] impressionPropensity() {
    return views.propensity();
  }

  /**
   * Returns a log with the same items, users and feedviews, but only some of the actions. The
   * histories of its feedviews count only kept actions.
   *
   * @param kept whether to keep the action with this index
   */
  public FeedLog withActions(IntPredicate kept) {
    int[] before = new int[actions() + 1];
    for (int row = 0; row < actions(); row++) {
      before[row + 1] = before[row] + (kept.test(row) ? 1 : 0);
    }
    int[] history = new int[views()];
    for (int u = 0; u < users(); u++) {
      int first = actionStart(u);
      for (int view = viewStart(u); view < viewStart(u + 1); view++) {
        history[view] = before[first + viewHistory()[view]] - before[first];
      }
    }
    return new FeedLog(
        schema, catalogue, users, actions.keeping(before), views.withHistory(history), badRows);
  }

  /**
   * Returns a log with the items of another catalogue, and the same users and feedviews. Leaves out
   * the actions and impressions of items without a row in that catalogue.
   *
   * @param rows (items) the row of each item in the other catalogue, or {@link Catalogue#UNKNOWN}
   */
  public FeedLog withCatalogue(Catalogue other, int[] rows) {
    FeedLog kept = withActions(action -> rows[actionItems()[action]] != Catalogue.UNKNOWN);
    return new FeedLog(
        schema, other, users, kept.actions.renumbered(rows), kept.views.renumbered(rows), badRows);
  }

  /**
   * Returns for each impression its place on the page, from 0. The array is empty if no view lacks
   * an impression above another.
   */
  public int[] impressionPositions() {
    return views.positions();
  }

  /** Returns the number of bad rows that the reader left out. */
  public long badRows() {
    return badRows;
  }

  ActionColumns actionColumns() {
    return actions;
  }

  ViewColumns viewColumns() {
    return views;
  }
}
