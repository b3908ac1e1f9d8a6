package io.unipin.serving.pipeline;

import io.unipin.kvcache.KvLease;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.pipeline.cost.StageClock;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Orders candidates by utility: the sum over actions of weight times probability. Thread-safe. */
final class Ranker {
  private static final Comparator<RankedItem> BEST_FIRST =
      Comparator.comparingDouble(RankedItem::utility).reversed().thenComparingLong(RankedItem::id);

  private final RankingConfig ranking;
  private final CacheConfig cache;

  Ranker(RankingConfig ranking, CacheConfig cache) {
    this.ranking = ranking;
    this.cache = cache;
  }

  /** All candidates, best first, ties by smaller id. */
  List<RankedItem> rank(
      LoadedBundle bundle,
      KvLease lease,
      RequestContext context,
      List<Candidate> candidates,
      Map<String, Float> requestedWeights,
      StageClock clock) {
    ServingModel model = bundle.model();
    clock.enter(Stage.SCORE, Ladder.scoreSize(model.config(), candidates.size(), lease.rows()));
    float[] scores =
        model.score(
            lease.block(), lease.capacity(), cache.type(), lease.rows(), rows(candidates), context);
    return order(bundle, candidates, requestedWeights, scores);
  }

  /** The same order, by one masked pass over history and candidates. */
  List<RankedItem> rankDense(
      LoadedBundle bundle,
      TokenSequence history,
      RequestContext context,
      List<Candidate> candidates,
      Map<String, Float> requestedWeights,
      StageClock clock) {
    ServingModel model = bundle.model();
    // The size that the ladder will ask about: it learns what a unit of it costs here.
    clock.enter(Stage.SCORE, Ladder.scoreSize(model.config(), candidates.size(), history.size()));
    float[] scores = model.scoreDense(history, rows(candidates), context);
    return order(bundle, candidates, requestedWeights, scores);
  }

  boolean isDense() {
    return ranking.dense();
  }

  private static int[] rows(List<Candidate> candidates) {
    return candidates.stream().mapToInt(Candidate::row).toArray();
  }

  private List<RankedItem> order(
      LoadedBundle bundle,
      List<Candidate> candidates,
      Map<String, Float> requestedWeights,
      float[] scores) {
    Finite.require("probability", scores);
    float[] weights = weights(requestedWeights, bundle.model().config());
    List<RankedItem> items = new ArrayList<>(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      int actions = weights.length;
      float[] probabilities = Arrays.copyOfRange(scores, i * actions, (i + 1) * actions);
      Candidate candidate = candidates.get(i);
      items.add(
          new RankedItem(
              candidate.id(),
              bundle.catalogue().title(candidate.row()),
              utility(weights, probabilities),
              probabilities,
              candidate.score()));
    }
    items.sort(BEST_FIRST);
    return items;
  }

  /** Candidates in the order in which they were found, without probabilities: what is left without time to score them. */
  static List<RankedItem> unscored(LoadedBundle bundle, List<Candidate> candidates) {
    return candidates.stream()
        .map(
            candidate ->
                new RankedItem(
                    candidate.id(),
                    bundle.catalogue().title(candidate.row()),
                    candidate.score(),
                    new float[0],
                    candidate.score()))
        .toList();
  }

  private static float utility(float[] weights, float[] probabilities) {
    double utility = 0;
    for (int action = 0; action < weights.length; action++) {
      utility += (double) weights[action] * probabilities[action];
    }
    return (float) utility;
  }

  /** The request's weights, else the server's, else 1 for every positive action. */
  private float[] weights(Map<String, Float> requested, ModelConfig config) {
    Map<String, Float> named = requested.isEmpty() ? ranking.utilityWeights() : requested;
    float[] weights = new float[config.actions().size()];
    if (named.isEmpty()) {
      config.positives().forEach(action -> weights[config.actions().indexOf(action)] = 1);
    }
    named.forEach((action, weight) -> weights[config.actions().indexOf(action)] = weight);
    return weights;
  }

  /** Refuses a bundle that the server's weights do not fit. */
  void check(LoadedBundle bundle) {
    List<String> actions = bundle.model().config().actions();
    for (String action : ranking.utilityWeights().keySet()) {
      if (!actions.contains(action)) {
        throw ServingException.invalid(
            "bundle",
            "one of %s expected in ranking.utilityWeights, got %s (bundle %s)"
                .formatted(actions, action, bundle.name()));
      }
    }
  }
}
