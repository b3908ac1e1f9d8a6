package io.unipin.serving.request;

/**
 * A request to rank the caller's own items.
 *
 * @param items distinct item ids; the array is not copied
 */
public record RankingQuery(String requestId, UserInput user, Wishes wishes, long[] items) {}
