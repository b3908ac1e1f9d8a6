package io.unipin.serving.pipeline;

import java.util.List;

/**
 * One page of a feed.
 *
 * @param nextCursor empty when there is no next page
 */
public record Page(List<RankedItem> items, String nextCursor, Trace trace) {}
