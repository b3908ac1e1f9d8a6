package io.unipin.serving.request;

/**
 * Asks for an order of the caller's own items.
 *
 * @param items ids, each once; owned by the record
 */
public record RankingQuery(String requestId, UserInput user, Wishes wishes, long[] items) {}
