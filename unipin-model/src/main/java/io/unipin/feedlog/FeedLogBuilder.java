package io.unipin.feedlog;

import io.unipin.feedlog.arrays.DoubleArray;
import io.unipin.feedlog.arrays.FloatArray;
import io.unipin.feedlog.arrays.IntArray;
import io.unipin.feedlog.arrays.LongArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a feed log in memory, user by user. A user's actions are added oldest first, and the
 * user's feedviews in the order of their times.
 *
 * <p>Not thread-safe. Times are milliseconds since 1970 and must not decrease within a user.
 */
public final class FeedLogBuilder {
  private final FeedSchema schema;
  private final Catalogue catalogue;
  private final List<String> users = new ArrayList<>();
  private final IntArray actionStart = new IntArray();
  private final IntArray actionItems = new IntArray();
  private final LongArray actionBits = new LongArray();
  private final IntArray actionSurfaces = new IntArray();
  private final LongArray actionTimes = new LongArray();
  private final IntArray viewStart = new IntArray();
  private final IntArray viewSurfaces = new IntArray();
  private final LongArray viewTimes = new LongArray();
  private final IntArray viewHistory = new IntArray();
  private final IntArray impressionStart = new IntArray();
  private final IntArray impressionItems = new IntArray();
  private final LongArray impressionBits = new LongArray();
  private final IntArray impressionPositions = new IntArray();
  private final FloatArray impressionOracle = new FloatArray();
  private final DoubleArray impressionPropensity = new DoubleArray();

  /** Place on the page of the current feedview's next impression. */
  private int position;

  public FeedLogBuilder(FeedSchema schema, Catalogue catalogue) {
    this.schema = schema;
    this.catalogue = catalogue;
  }

  /** Starts the next user. */
  public FeedLogBuilder user(String id) {
    users.add(id);
    actionStart.add(actionItems.size());
    viewStart.add(viewSurfaces.size());
    return this;
  }

  /** Adds an action of the current user. */
  public FeedLogBuilder action(int item, long bits, int surface, long timeMs) {
    checkItem(item);
    actionItems.add(item);
    actionBits.add(bits);
    actionSurfaces.add(surface);
    actionTimes.add(timeMs);
    return this;
  }

  /**
   * Starts the current user's next feedview. Its history consists of all older actions that were
   * added for the user.
   */
  public FeedLogBuilder view(int surface, long timeMs) {
    int history = actionItems.size() - actionStart.last();
    while (history > 0 && actionTimes.get(actionStart.last() + history - 1) >= timeMs) {
      history--;
    }
    return view(surface, timeMs, history);
  }

  /**
   * Starts the current user's next feedview. Its history consists of the user's first {@code
   * history} actions.
   */
  public FeedLogBuilder view(int surface, long timeMs, int history) {
    viewSurfaces.add(surface);
    viewTimes.add(timeMs);
    viewHistory.add(history);
    impressionStart.add(impressionItems.size());
    position = 0;
    return this;
  }

  /** Adds an impression to the current feedview. */
  public FeedLogBuilder impression(int item, long bits) {
    checkItem(item);
    impressionItems.add(item);
    impressionBits.add(bits);
    impressionPositions.add(position++);
    return this;
  }

  /** Leaves out the next place of the current feedview: the log lacks the item that was there. */
  public FeedLogBuilder skip() {
    position++;
    return this;
  }

  /**
   * Adds an impression with a known true utility. In one log, either all impressions have a true
   * utility or no impression has one.
   */
  public FeedLogBuilder impression(int item, long bits, float oracle) {
    impressionOracle.add(oracle);
    return impression(item, bits);
  }

  /**
   * States the propensity of the impression that was added last: the probability with which the
   * server chose the item for its position. Without this call the propensity is unknown.
   */
  public FeedLogBuilder propensity(double probability) {
    if (!(probability > 0 && probability <= 1) || impressionItems.size() == 0) {
      throw new IllegalArgumentException(
          "a propensity above 0 and at most 1 of an impression expected, got " + probability);
    }
    while (impressionPropensity.size() < impressionItems.size() - 1) {
      impressionPropensity.add(Double.NaN);
    }
    impressionPropensity.add(probability);
    return this;
  }

  public FeedLog build() {
    actionStart.add(actionItems.size());
    viewStart.add(viewSurfaces.size());
    impressionStart.add(impressionItems.size());
    if (impressionOracle.size() != 0 && impressionOracle.size() != impressionItems.size()) {
      throw new IllegalStateException("an oracle for all impressions or for none expected");
    }
    while (impressionPropensity.size() > 0
        && impressionPropensity.size() < impressionItems.size()) {
      impressionPropensity.add(Double.NaN);
    }
    return new FeedLog(schema, catalogue, users, actionColumns(), viewColumns(), 0);
  }

  private ActionColumns actionColumns() {
    return new ActionColumns(
        actionStart.toArray(),
        actionItems.toArray(),
        actionBits.toArray(),
        actionSurfaces.toArray(),
        actionTimes.toArray());
  }

  private ViewColumns viewColumns() {
    return new ViewColumns(
        viewStart.toArray(),
        viewSurfaces.toArray(),
        viewTimes.toArray(),
        viewHistory.toArray(),
        impressionStart.toArray(),
        impressionItems.toArray(),
        impressionBits.toArray(),
        impressionPositions.toArray(),
        impressionOracle.toArray(),
        impressionPropensity.toArray());
  }

  private void checkItem(int item) {
    if (item < 0 || item >= catalogue.size()) {
      throw new IllegalArgumentException(
          "an item row below " + catalogue.size() + " expected, got " + item);
    }
  }
}
