package io.unipin.feedlog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A feed log in memory: actions and feedviews of all users in flat primitive arrays.
 *
 * <p>Users, items, views and impressions are dense rows from 0. The arrays belong to the log and are read-only by
 * agreement. Immutable, hence thread-safe.
 */
public final class FeedLog {
  /** The time of an action or feedview whose order alone is known. */
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

  /** Number of users, those that only appear in feedviews included. */
  public int users() {
    return users.size();
  }

  public String user(int row) {
    return users.get(row);
  }

  /** The row of a user, -1 when unknown. */
  public int userRow(String id) {
    return userRows.getOrDefault(id, -1);
  }

  /** The first action of user u; the actions of u end at {@code actionStart(u + 1)}, oldest first. */
  public int actionStart(int u) {
    return actions.start()[u];
  }

  /** Number of actions of all users. */
  public int actions() {
    return actions.items().length;
  }

  /** (actions) catalogue rows. */
  public int[] actionItems() {
    return actions.items();
  }

  /** (actions) multi-hots by {@link FeedSchema#actions}. */
  public long[] actionBits() {
    return actions.bits();
  }

  /** (actions) indices into {@link FeedSchema#surfaces}. */
  public int[] actionSurfaces() {
    return actions.surfaces();
  }

  /** (actions) milliseconds since 1970, or {@link #NO_TIME}. */
  public long[] actionTimes() {
    return actions.times();
  }

  /** The first feedview of user u; the feedviews of u end at {@code viewStart(u + 1)}, by time. */
  public int viewStart(int u) {
    return views.start()[u];
  }

  /** Number of feedviews of all users. */
  public int views() {
    return views.surfaces().length;
  }

  /** (views) indices into {@link FeedSchema#surfaces}. */
  public int[] viewSurfaces() {
    return views.surfaces();
  }

  /** (views) milliseconds since 1970, or {@link #NO_TIME}. */
  public long[] viewTimes() {
    return views.times();
  }

  /** (views) how many actions of the user lie strictly before the view. */
  public int[] viewHistory() {
    return views.history();
  }

  /** The first impression of view v; its impressions end at {@code impressionStart(v + 1)}, as displayed. */
  public int impressionStart(int v) {
    return views.impressionStart()[v];
  }

  /** Number of impressions of all feedviews. */
  public int impressions() {
    return views.items().length;
  }

  /** (impressions) catalogue rows. */
  public int[] impressionItems() {
    return views.items();
  }

  /** (impressions) multi-hots of the actions that the impression got; 0 when none. */
  public long[] impressionBits() {
    return views.bits();
  }

  /** (impressions) the simulator's true utility; empty unless simulated. */
  public float[] impressionOracle() {
    return views.oracle();
  }

  /** How many bad rows were left out when the log was read. */
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
