package io.unipin.feedlog;

/**
 * The actions of all users, flat: those of user u are rows [start[u], start[u + 1]), oldest first.
 *
 * @param start (users + 1)
 * @param items catalogue rows
 * @param bits multi-hots
 * @param surfaces schema indices
 * @param times milliseconds, {@link FeedLog#NO_TIME} when unknown
 */
record ActionColumns(int[] start, int[] items, long[] bits, int[] surfaces, long[] times) {}
