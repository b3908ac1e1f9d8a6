package io.unipin.serving.request;

import java.util.List;

/**
 * One page of a feed.
 *
 * @param removals what slate rules kept off the page
 * @param nextCursor empty when there is no next page
 */
public record Page(
    List<RankedItem> items, List<Removal> removals, String nextCursor, Trace trace) {}
