package io.unipin.serving.request;

import java.util.List;

/** The answer to a {@link RankingQuery}: the caller's items, best first. */
public record Ranking(List<RankedItem> items, Trace trace) {}
