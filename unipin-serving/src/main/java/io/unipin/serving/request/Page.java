package io.unipin.serving.request;

import java.util.List;

/**
 * One page of a feed.
 *
 * @param removals candidates that slate rules kept off the page
 * @param draws draws that chose the items of some positions
 * @param nextCursor cursor of the next page; empty when there is no next page
 */
public record Page(
    List<RankedItem> items, List<Removal> removals, Draws draws, String nextCursor, Trace trace) {}
