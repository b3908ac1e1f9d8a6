package io.unipin.serving.pipeline;

import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.request.PageQuery;

/**
 * How much a page needs.
 *
 * @param items that the page shows
 * @param candidates that are found and scored for it
 */
record PageSize(int items, int candidates) {
  /** What the query asks for, else the server's defaults; never fewer candidates than items. */
  static PageSize of(PageQuery query, int defaultItems, int defaultCandidates) {
    int items = query.pageSize() == 0 ? defaultItems : query.pageSize();
    int candidates = query.candidates() == 0 ? defaultCandidates : query.candidates();
    return new PageSize(items, Math.max(candidates, items));
  }

  Ladder.Goal goal() {
    return new Ladder.Goal(true, candidates, items);
  }
}
