package io.unipin.serving.pipeline;

import io.unipin.ann.AnnIndex;
import io.unipin.ann.AnnResult;
import io.unipin.ann.AnnSearch;
import io.unipin.ann.ItemFilter;
import io.unipin.feedlog.Catalogue;
import io.unipin.model.QueryMerge;
import io.unipin.model.ServingModel;
import io.unipin.model.features.RequestContext;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.pipeline.cost.StageClock;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Stage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Retrieves candidates: the user's queries search the index together, and what they find is merged. Thread-safe. */
final class CandidateSearch {
  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingDouble(Candidate::score).reversed().thenComparingLong(Candidate::id);

  private final RetrievalConfig config;

  CandidateSearch(RetrievalConfig config) {
    this.config = config;
  }

  /** At most {@code count} candidates, best first, ties by smaller id. */
  List<Candidate> find(
      LoadedBundle bundle,
      float[] state,
      RequestContext context,
      Map<String, Float> outcomes,
      ItemFilter filter,
      int count,
      StageClock clock) {
    clock.enter(Stage.QUERY);
    Queries asked = plan(bundle, state, context, outcomes);

    clock.enter(Stage.SEARCH);
    int queryCount = asked.shares().length;
    double wanted = queryCount == 1 ? count : Math.ceil(count * config.overFetch());
    int k = (int) Math.max(1, Math.min(wanted, bundle.index().size()));
    AnnSearch nearest = new AnnSearch(k, config.breadth(), filter);
    AnnResult result = bundle.index().search(asked.vectors(), queryCount, nearest);
    return merge(result, asked.shares(), bundle.catalogue(), count);
  }

  /** The user's queries (queries, itemDim), one after the other, and the share of candidates of each. */
  private record Queries(float[] vectors, double[] shares) {}

  private Queries plan(
      LoadedBundle bundle, float[] state, RequestContext context, Map<String, Float> outcomes) {
    ServingModel model = bundle.model();
    QueryPlan plan = QueryPlan.of(config, outcomes, model.config().actions());
    float[] all = model.queries(state, context, plan.mixes(), plan.offsets());
    Finite.require("query", all);
    int[] kept = QueryMerge.distinct(all, plan.shares());
    return new Queries(
        only(kept, all, model.config().itemDim()),
        Arrays.stream(kept).mapToDouble(query -> plan.shares()[query]).toArray());
  }

  /** The user's queries (queries, itemDim), one after the other. */
  float[] queries(
      LoadedBundle bundle, float[] state, RequestContext context, Map<String, Float> outcomes) {
    return plan(bundle, state, context, outcomes).vectors();
  }

  /** The part of the k nearest items that an index finds. */
  double recall(AnnIndex index, AnnIndex exact, float[] query, int k) {
    int wanted = Math.max(1, Math.min(k, index.size()));
    AnnSearch search = new AnnSearch(wanted, config.breadth(), ItemFilter.NONE);
    Set<Long> nearest = found(exact.search(query, 1, search));
    Set<Long> found = found(index.search(query, 1, search));
    found.retainAll(nearest);
    return (double) found.size() / nearest.size();
  }

  private static Set<Long> found(AnnResult result) {
    return Arrays.stream(result.ids(), 0, result.found(0)).boxed().collect(Collectors.toSet());
  }

  /** Shares that add up to 1, as the model was trained; all zeros when nothing is asked for. */
  static float[] mix(Map<String, Float> outcomes, List<String> actions) {
    float[] mix = new float[actions.size()];
    double sum = outcomes.values().stream().mapToDouble(Float::doubleValue).sum();
    if (sum > 0) {
      outcomes.forEach((action, weight) -> mix[actions.indexOf(action)] = (float) (weight / sum));
    }
    return mix;
  }

  /** The queries with these indices, side by side. */
  private static float[] only(int[] kept, float[] queries, int dim) {
    float[] picked = new float[kept.length * dim];
    for (int q = 0; q < kept.length; q++) {
      System.arraycopy(queries, kept[q] * dim, picked, q * dim, dim);
    }
    return picked;
  }

  /** At most {@code count} distinct items, each query's best ones by its share, with the best score of any query. */
  private static List<Candidate> merge(
      AnnResult result, double[] shares, Catalogue catalogue, int count) {
    Map<Long, Candidate> best = new HashMap<>();
    long[][] found = new long[result.queryCount()][];
    for (int query = 0; query < found.length; query++) {
      int offset = query * result.k();
      found[query] = Arrays.copyOfRange(result.ids(), offset, offset + result.found(query));
      for (int i = offset; i < offset + result.found(query); i++) {
        long id = result.ids()[i];
        best.merge(
            id,
            new Candidate(id, catalogue.row(id), result.scores()[i]),
            (one, other) -> one.score() >= other.score() ? one : other);
      }
    }
    return Arrays.stream(QueryMerge.merge(found, shares, count))
        .mapToObj(best::get)
        .sorted(BEST_FIRST)
        .toList();
  }
}
