package io.unipin.serving.pipeline;

import io.unipin.ann.ItemFilter;
import io.unipin.feedlog.Catalogue;
import io.unipin.prerank.FollowTable;
import io.unipin.serving.request.Candidate;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Finds the items that follow a user's last positive items. Thread-safe. */
final class FollowerSearch {
  private FollowerSearch() {}

  /**
   * Returns at most {@code most} items that the filter lets pass and the index holds. The strongest
   * followers come first. The score of each is its highest dot product with a query.
   *
   * @param queries (queries, itemDim) vectors of the queries
   */
  static List<Candidate> find(UserSession user, ItemFilter filter, float[] queries, int most) {
    FollowTable table = user.bundle().follows().orElse(null);
    List<Candidate> found = new ArrayList<>();
    if (table == null || most == 0) {
      return found;
    }
    for (int row : table.of(user.counts().positives()).best(Integer.MAX_VALUE)) {
      long id = user.bundle().catalogue().id(row);
      if (filter.passes(id)
          && user.bundle().index().holds(id)
          && CandidateSearch.servedRow(user, id) != Catalogue.UNKNOWN) {
        found.add(new Candidate(id, row, dot(user, row, queries)));
        if (found.size() == most) {
          break;
        }
      }
    }
    return found;
  }

  private static float dot(UserSession user, int row, float[] queries) {
    FloatBuffer vectors = user.bundle().model().rows();
    int dimension = user.bundle().model().config().itemDim();
    float best = Float.NEGATIVE_INFINITY;
    for (int from = 0; from < queries.length; from += dimension) {
      float sum = 0;
      for (int i = 0; i < dimension; i++) {
        sum += vectors.get(row * dimension + i) * queries[from + i];
      }
      best = Math.max(best, sum);
    }
    return best;
  }
}
