package io.unipin.evaluate;

import io.unipin.feedlog.FeedLog;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvType;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.RequestContext;

/**
 * Computes retrieval queries for some users of a feed log. Each user has one query. The query
 * follows all of the user's actions, and is for the first surface.
 */
public final class UserQueries {
  private UserQueries() {}

  /**
   * Returns the queries of at most {@code most} users that are evenly spread over the log.
   *
   * @return (queries, itemDim) vectors of unit length
   */
  public static float[][] of(FeedLog log, ServingModel model, int most) {
    float[][] queries = new float[Math.min(most, log.users())][];
    try (HistoryEncoder encoder = new HistoryEncoder(log, model, KvType.FLOAT32)) {
      for (int i = 0; i < queries.length; i++) {
        int user = (int) ((long) i * log.users() / queries.length);
        int history = log.actionStart(user + 1) - log.actionStart(user);
        try (KvLease lease = encoder.encode(user, history)) {
          queries[i] =
              model.queries(
                  lease.state(),
                  new RequestContext(0, GapBuckets.UNKNOWN),
                  new float[1][log.schema().actions().size()]);
        }
        encoder.forget(user);
      }
    }
    return queries;
  }
}
