package io.unipin.feedlog;

/**
 * The feedviews of all users, flat: those of user u are views [start[u], start[u + 1]), by time; the impressions of
 * view v are rows [impressionStart[v], impressionStart[v + 1]), in displayed order.
 *
 * @param start (users + 1)
 * @param surfaces (views)
 * @param times (views) milliseconds, {@link FeedLog#NO_TIME} when unknown
 * @param history (views) actions of the user strictly before the view
 * @param impressionStart (views + 1)
 * @param items (impressions) catalogue rows
 * @param bits (impressions) multi-hots
 * @param oracle (impressions) true utility, or empty
 */
record ViewColumns(
    int[] start,
    int[] surfaces,
    long[] times,
    int[] history,
    int[] impressionStart,
    int[] items,
    long[] bits,
    float[] oracle) {}
