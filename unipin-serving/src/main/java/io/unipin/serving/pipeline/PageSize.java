package io.unipin.serving.pipeline;

import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.request.PageQuery;

/**
 * The size of a page and the work for it.
 *
 * @param items number of items on the page
 * @param candidates number of items to retrieve and score for the page
 */
record PageSize(int items, int candidates) {
  /**
   * Returns the sizes that the query gives. Uses the server's defaults for sizes that the query
   * does not give. There are never fewer candidates than items.
   */
  static PageSize of(PageQuery query, int defaultItems, int defaultCandidates) {
    int items = query.pageSize() == 0 ? defaultItems : query.pageSize();
    int candidates = query.candidates() == 0 ? defaultCandidates : query.candidates();
    return new PageSize(items, Math.max(candidates, items));
  }

  Ladder.Goal goal() {
    return new Ladder.Goal(true, candidates, items);
  }
}
