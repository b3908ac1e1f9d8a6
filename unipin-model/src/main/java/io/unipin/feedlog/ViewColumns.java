package io.unipin.feedlog;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The feedviews of all users in flat columns. Views [start[u], start[u + 1]) belong to user u,
 * ordered by time. Impressions [impressionStart[v], impressionStart[v + 1]) belong to view v, in
 * displayed order.
 *
 * @param start (users + 1) index of each user's first view, then the number of views
 * @param surfaces (views) indices into the schema's surfaces
 * @param times (views) time of each view in milliseconds since 1970; {@link FeedLog#NO_TIME} when
 *     unknown
 * @param history (views) number of the user's actions strictly before the view
 * @param impressionStart (views + 1) index of each view's first impression, then the number of
 *     impressions
 * @param items (impressions) catalogue row of each impression's item
 * @param bits (impressions) multi-hot of the actions that each impression got
 * @param positions (impressions) place of each impression on its page, from 0; empty if each
 *     impression's place is its index in its view
 * @param oracle (impressions) true utility that a simulator states; empty in other logs
 * @param propensity (impressions) probability with which the server chose the item for its
 *     position, NaN where unknown; the array is empty if all probabilities are unknown
 */
record ViewColumns(
    int[] start,
    int[] surfaces,
    long[] times,
    int[] history,
    int[] impressionStart,
    int[] items,
    long[] bits,
    int[] positions,
    float[] oracle,
    double[] propensity) {
  ViewColumns {
    if (areIndices(impressionStart, positions)) {
      positions = new int[0];
    }
  }

  private static boolean areIndices(int[] impressionStart, int[] positions) {
    for (int view = 0; view + 1 < impressionStart.length; view++) {
      for (int i = impressionStart[view]; i < impressionStart[view + 1]; i++) {
        if (positions.length > 0 && positions[i] != i - impressionStart[view]) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns the place of an impression of a view on the page, from 0. */
  int position(int view, int impression) {
    return positions.length == 0 ? impression - impressionStart[view] : positions[impression];
  }

  /** Returns the same views with other histories. The returned record owns the array. */
  ViewColumns withHistory(int[] histories) {
    return new ViewColumns(
        start,
        surfaces,
        times,
        histories,
        impressionStart,
        items,
        bits,
        positions,
        oracle,
        propensity);
  }

  /**
   * Returns the same views with other numbers of items. Leaves out the impressions of items without
   * a new row; a view may then have no impressions. The other impressions keep their places.
   *
   * @param rows (items) new row of each item, or {@link Catalogue#UNKNOWN}
   */
  ViewColumns renumbered(int[] rows) {
    int[] before = new int[items.length + 1];
    for (int i = 0; i < items.length; i++) {
      before[i + 1] = before[i] + (rows[items[i]] == Catalogue.UNKNOWN ? 0 : 1);
    }
    int[] kept = IntStream.range(0, items.length).filter(i -> before[i + 1] > before[i]).toArray();
    int[] places = places();
    float[] oracles = new float[oracle.length == 0 ? 0 : kept.length];
    for (int i = 0; i < oracles.length; i++) {
      oracles[i] = oracle[kept[i]];
    }
    return new ViewColumns(
        start,
        surfaces,
        times,
        history,
        Arrays.stream(impressionStart).map(first -> before[first]).toArray(),
        Arrays.stream(kept).map(i -> rows[items[i]]).toArray(),
        Arrays.stream(kept).mapToLong(i -> bits[i]).toArray(),
        Arrays.stream(kept).map(i -> places[i]).toArray(),
        oracles,
        propensity.length == 0
            ? propensity
            : Arrays.stream(kept).mapToDouble(i -> propensity[i]).toArray());
  }

  /** Returns the place of each impression on its page. */
  private int[] places() {
    int[] places = new int[items.length];
    for (int view = 0; view + 1 < impressionStart.length; view++) {
      for (int i = impressionStart[view]; i < impressionStart[view + 1]; i++) {
        places[i] = position(view, i);
      }
    }
    return places;
  }
}
