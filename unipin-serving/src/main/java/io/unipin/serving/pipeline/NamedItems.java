package io.unipin.serving.pipeline;

import io.unipin.feedlog.Catalogue;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Candidate;
import java.util.ArrayList;
import java.util.List;

/**
 * The items that a caller names for ranking.
 *
 * @param known items that can be ranked
 * @param unknown ids of items that the bundle does not know, and of items that have expired
 */
record NamedItems(List<Candidate> known, List<Long> unknown) {

  static NamedItems of(long[] ids, ItemView items, long nowMs) {
    List<Candidate> known = new ArrayList<>();
    List<Long> unknown = new ArrayList<>();
    for (long id : ids) {
      int row = items.row(id);
      if (row == Catalogue.UNKNOWN || items.isExpired(row, nowMs)) {
        unknown.add(id);
      } else {
        known.add(new Candidate(id, row, 0));
      }
    }
    return new NamedItems(known, unknown);
  }
}
