package io.unipin.serving.pipeline;

import io.unipin.ann.AnnResult;
import io.unipin.ann.AnnSearch;
import io.unipin.ann.ItemFilter;
import io.unipin.data.Catalogue;
import io.unipin.model.RequestContext;
import io.unipin.model.ServingModel;
import io.unipin.serving.bundle.LoadedBundle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    ServingModel model = bundle.model();
    float[][] mixes = {mix(outcomes, model.config().actions())};
    float[] queries = model.queries(state, context, mixes);
    Finite.require("query", queries);

    clock.enter(Stage.SEARCH);
    double wanted = mixes.length == 1 ? count : Math.ceil(count * config.overFetch());
    int k = (int) Math.min(wanted, bundle.index().size());
    AnnResult result =
        bundle.index().search(queries, mixes.length, new AnnSearch(k, config.breadth(), filter));
    return merge(result, bundle.catalogue(), count);
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

  private static List<Candidate> merge(AnnResult result, Catalogue catalogue, int count) {
    Map<Long, Candidate> best = new HashMap<>();
    for (int query = 0; query < result.queryCount(); query++) {
      int offset = query * result.k();
      for (int i = offset; i < offset + result.found(query); i++) {
        long id = result.ids()[i];
        best.merge(
            id,
            new Candidate(id, catalogue.row(id), result.scores()[i]),
            (one, other) -> one.score() >= other.score() ? one : other);
      }
    }
    List<Candidate> merged = new ArrayList<>(best.values());
    merged.sort(BEST_FIRST);
    return List.copyOf(merged.subList(0, Math.min(count, merged.size())));
  }
}
