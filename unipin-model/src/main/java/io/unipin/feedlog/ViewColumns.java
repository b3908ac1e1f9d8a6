package io.unipin.feedlog;

/**
 * The feedviews of all users in flat columns. Views [start[u], start[u + 1]) belong to user u,
 * ordered by time. Impressions [impressionStart[v], impressionStart[v + 1]) belong to view v, in
 * displayed order.
 *
 * @param start (users + 1) first view of each user
 * @param surfaces (views) schema indices
 * @param times (views) milliseconds since 1970, {@link FeedLog#NO_TIME} when unknown
 * @param history (views) number of the user's actions strictly before the view
 * @param impressionStart (views + 1) first impression of each view
 * @param items (impressions) catalogue rows
 * @param bits (impressions) multi-hots
 * @param oracle (impressions) true utility that a simulator states; empty in other logs
 * @param propensity (impressions) probability with which the server chose the item for its place,
 *     NaN where unknown; empty if all are unknown
 */
record ViewColumns(
    int[] start,
    int[] surfaces,
    long[] times,
    int[] history,
    int[] impressionStart,
    int[] items,
    long[] bits,
    float[] oracle,
    double[] propensity) {

  /** Returns the same views with other histories. The returned record owns the array. */
  ViewColumns withHistory(int[] histories) {
    return new ViewColumns(
        start, surfaces, times, histories, impressionStart, items, bits, oracle, propensity);
  }
}
