package io.unipin.feedlog;

/**
 * The actions of all users in flat columns. Rows [start[u], start[u + 1]) belong to user u, oldest
 * first.
 *
 * @param start (users + 1) first action of each user
 * @param items (actions) catalogue rows
 * @param bits (actions) multi-hots
 * @param surfaces (actions) schema indices
 * @param times (actions) milliseconds since 1970, {@link FeedLog#NO_TIME} when unknown
 */
record ActionColumns(int[] start, int[] items, long[] bits, int[] surfaces, long[] times) {}
