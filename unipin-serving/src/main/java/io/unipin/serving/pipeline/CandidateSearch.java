package io.unipin.serving.pipeline;

import io.unipin.ann.AnnIndex;
import io.unipin.ann.AnnResult;
import io.unipin.ann.AnnSearch;
import io.unipin.ann.ItemFilter;
import io.unipin.ann.LiveIndex;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.QueryMerge;
import io.unipin.model.ServingModel;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.Wishes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Retrieves candidates. It searches the index with all of the user's queries together and merges
 * the results. Thread-safe.
 */
final class CandidateSearch {
  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingDouble(Candidate::score).reversed().thenComparingLong(Candidate::id);

  /**
   * If a page has several queries, {@code overFetch} increases the number of items of each query to
   * at most this number.
   */
  private static final int MOST_PER_QUERY = 1 << 16;

  private final RetrievalConfig config;

  CandidateSearch(RetrievalConfig config) {
    this.config = config;
  }

  /**
   * Returns candidates that the request allows, best first. Of two candidates with equal scores,
   * the one with the smaller id comes first.
   *
   * <p>An item that expired a moment ago may still be in the index. The search leaves this item
   * out, so it may return fewer candidates until the index drops the item.
   *
   * @param servedBefore ids of items on earlier pages
   * @param count largest number of candidates
   */
  List<Candidate> find(UserSession user, Wishes wishes, long[] servedBefore, int count) {
    StageClock clock = user.clock();
    clock.enter(Stage.QUERY);
    Queries queries = queries(user, wishes);

    clock.enter(Stage.SEARCH);
    LoadedBundle bundle = user.bundle();
    int queryCount = queries.shares().length;
    double wanted = queryCount == 1 ? count : Math.ceil(count * config.overFetch());
    double bound = Math.max(count, Math.min(wanted, MOST_PER_QUERY));
    int k = (int) Math.max(1, Math.min(bound, bundle.index().size()));
    ItemFilter filter = filter(user, wishes, servedBefore);
    AnnSearch nearest = new AnnSearch(k, config.breadth(), filter);
    AnnResult result = bundle.index().search(queries.vectors(), queryCount, nearest);
    int follows = Math.min(config.follows(), count);
    List<Candidate> followers = FollowerSearch.find(user, filter, queries.vectors(), follows);
    return merge(result, queries.shares(), followers, user, count);
  }

  /**
   * Returns the filter that the index applies while it searches. Expired items pass, because
   * {@link #merge} leaves them out. Blocked items pass as well, because slate rules leave them out
   * after ranking.
   */
  private static ItemFilter filter(UserSession user, Wishes wishes, long[] servedBefore) {
    long[] seen = wishes.allowSeen() ? new long[0] : user.tokens().seen();
    long[] out = joined(wishes.excluded(), servedBefore, seen);
    return user.bundle()
        .filters()
        .of(wishes.categories(), wishes.createdSinceMs(), user.items())
        .and(ItemFilter.excluding(out));
  }

  private static long[] joined(long[]... parts) {
    int length = 0;
    for (long[] part : parts) {
      length += part.length;
    }
    long[] all = new long[length];
    int at = 0;
    for (long[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /**
   * The queries of one request to the index.
   *
   * @param vectors (queries, itemDim) vectors of the queries
   * @param shares (queries) share of the candidates that each query may contribute
   */
  record Queries(float[] vectors, double[] shares) {}

  /** Computes the user's queries. Equal queries are merged into one. */
  Queries queries(UserSession user, Wishes wishes) {
    ServingModel model = user.bundle().model();
    QueryPlan plan = QueryPlan.of(config, wishes.outcomes(), model.config().actions());
    float[] all = model.queries(user.lease().state(), user.context(), plan.mixes(), plan.offsets());
    Finite.require("query", all);
    int[] kept = QueryMerge.distinct(all, plan.shares());
    return new Queries(
        only(kept, all, model.config().itemDim()),
        Arrays.stream(kept).mapToDouble(query -> plan.shares()[query]).toArray());
  }

  /**
   * Returns the recall at k: the share of the bundle's k nearest items that the bundle's index
   * finds. Live items and deleted items are left out. If no item is left, the recall is 1.
   *
   * @param exact exact index over the bundle's own items, including deleted items
   */
  double recall(UserSession user, AnnIndex exact, float[] query, int k) {
    LiveIndex index = user.bundle().index();
    int wanted = Math.max(1, Math.min(k, index.size() - user.bundle().items().size()));
    ItemFilter own =
        ItemFilter.excluding(
            joined(user.items().liveIds(Set.of(), FeedLog.NO_TIME), deleted(user.bundle())));
    AnnSearch search = new AnnSearch(wanted, config.breadth(), own);
    Set<Long> nearest = found(exact.search(query, 1, search));
    Set<Long> found = found(index.search(query, 1, search));
    found.retainAll(nearest);
    return nearest.isEmpty() ? 1 : (double) found.size() / nearest.size();
  }

  /** Returns the ids of the bundle's own items that its index lacks. */
  private static long[] deleted(LoadedBundle bundle) {
    Catalogue own = bundle.catalogue();
    return bundle.index().size() - bundle.items().size() == own.size()
        ? new long[0]
        : bundle.index().missing(IntStream.range(0, own.size()).mapToLong(own::id).toArray());
  }

  private static Set<Long> found(AnnResult result) {
    return Arrays.stream(result.ids(), 0, result.found(0)).boxed().collect(Collectors.toSet());
  }

  /** Returns the vectors of the queries with these indices, one after the other. */
  private static float[] only(int[] kept, float[] queries, int dim) {
    float[] picked = new float[kept.length * dim];
    for (int q = 0; q < kept.length; q++) {
      System.arraycopy(queries, kept[q] * dim, picked, q * dim, dim);
    }
    return picked;
  }

  /**
   * Returns at most {@code count} distinct items: the best items of each query, according to its
   * share, and the followers. An item's score is its highest among all queries.
   *
   * @param followers followers of the user's last positive items, strongest first
   */
  private static List<Candidate> merge(
      AnnResult result, double[] shares, List<Candidate> followers, UserSession user, int count) {
    int queries = result.queryCount();
    boolean follow = !followers.isEmpty();
    long[][] found = new long[follow ? queries + 1 : queries][];
    for (int query = 0; query < queries; query++) {
      found[query] = served(result, query, user);
    }
    if (follow) {
      found[queries] = followers.stream().mapToLong(Candidate::id).toArray();
    }
    double[] parts = follow ? withFollowers(shares, followers, count) : shares;
    long[] merged = QueryMerge.merge(found, parts, count);
    Arrays.sort(merged);
    float[] best = new float[merged.length];
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < result.ids().length; i++) {
      int at = Arrays.binarySearch(merged, result.ids()[i]);
      if (at >= 0) {
        best[at] = Math.max(best[at], result.scores()[i]);
      }
    }
    for (Candidate follower : followers) {
      int at = Arrays.binarySearch(merged, follower.id());
      if (at >= 0 && best[at] == Float.NEGATIVE_INFINITY) { // no query found this item
        best[at] = follower.score();
      }
    }
    List<Candidate> candidates = new ArrayList<>(merged.length);
    for (int i = 0; i < merged.length; i++) {
      candidates.add(new Candidate(merged[i], user.items().row(merged[i]), best[i]));
    }
    candidates.sort(BEST_FIRST);
    return candidates;
  }

  /** Returns the ids of the items that a query found and that may stand on the page, best first. */
  private static long[] served(AnnResult result, int query, UserSession user) {
    long[] ids = new long[result.found(query)];
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      long id = result.ids()[query * result.k() + i];
      if (servedRow(user, id) != Catalogue.UNKNOWN) {
        ids[count++] = id;
      }
    }
    return Arrays.copyOf(ids, count);
  }

  /**
   * Returns the shares of all queries and of the list of followers. The share of the list allows
   * for all of its items, and the queries share the rest.
   */
  private static double[] withFollowers(double[] shares, List<Candidate> followers, int count) {
    double all = Arrays.stream(shares).sum();
    double own = (double) followers.size() / count;
    double[] together = new double[shares.length + 1];
    for (int query = 0; query < shares.length; query++) {
      together[query] = shares[query] / all * (1 - own);
    }
    together[shares.length] = own;
    return together;
  }

  /**
   * Returns the row of an item that may stand on the page, or {@link Catalogue#UNKNOWN}. The index
   * may hold an item that was put after the request began.
   */
  static int servedRow(UserSession user, long id) {
    int row = user.items().row(id);
    return row == Catalogue.UNKNOWN || user.items().isExpired(row, user.timeMs())
        ? Catalogue.UNKNOWN
        : row;
  }
}
