package io.unipin.serving.inspect;

import io.unipin.serving.request.RankedItem;

/**
 * A candidate of an inspected request.
 *
 * @param rank rank by utility; the best candidate has rank 1
 * @param retrievalRank rank in retrieval's order; the first candidate has rank 1
 * @param preRank rank by pre-ranking; 1 for the best candidate, and 0 if candidates were not
 *     pre-ranked
 * @param page position on the page; 1 for the first item, and 0 for a candidate that is not on the
 *     page
 * @param rule rule that kept the candidate off the page, or that put the candidate on the page in
 *     place of another candidate; empty if there is no such rule
 */
public record InspectedItem(
    RankedItem item,
    String category,
    int rank,
    int retrievalRank,
    int preRank,
    int page,
    String rule) {}
