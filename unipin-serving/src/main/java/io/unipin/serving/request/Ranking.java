package io.unipin.serving.request;

import java.util.List;

/** The caller's items, best first. */
public record Ranking(List<RankedItem> items, Trace trace) {}
