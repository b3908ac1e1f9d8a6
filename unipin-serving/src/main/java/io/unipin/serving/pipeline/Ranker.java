package io.unipin.serving.pipeline;

import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Wishes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Orders candidates by utility. The utility is the sum over all actions of weight times
 * probability. Thread-safe.
 */
final class Ranker {
  private static final Comparator<RankedItem> BEST_FIRST =
      Comparator.comparingDouble(RankedItem::utility).reversed().thenComparingLong(RankedItem::id);

  private final RankingConfig ranking;
  private final RankingModel model;

  Ranker(RankingConfig ranking, RankingModel model) {
    this.ranking = ranking;
    this.model = model;
  }

  /**
   * Scores as many candidates as there is time for and orders them by utility. Of two candidates
   * with equal utilities, the one with the smaller id comes first.
   *
   * <p>If there is no time to score any candidate, the candidates keep retrieval's order.
   */
  List<RankedItem> rank(UserSession user, List<Candidate> found, Wishes wishes) {
    int scored = user.ladder().scoredCandidates(found.size(), user.lease().rows());
    if (scored == 0) {
      return unscored(user.items(), found);
    }
    List<Candidate> candidates = found.subList(0, scored);
    float[] scores = model.score(user, candidates);
    return order(user, candidates, wishes.utilityWeights(), scores);
  }

  private List<RankedItem> order(
      UserSession user,
      List<Candidate> candidates,
      Map<String, Float> requestedWeights,
      float[] scores) {
    Finite.require("probability", scores);
    float[] weights = weights(requestedWeights, user.bundle().model().config());
    List<RankedItem> items = new ArrayList<>(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      int actions = weights.length;
      float[] probabilities = Arrays.copyOfRange(scores, i * actions, (i + 1) * actions);
      Candidate candidate = candidates.get(i);
      items.add(
          new RankedItem(
              candidate.id(),
              user.items().title(candidate.row()),
              utility(weights, probabilities),
              probabilities,
              candidate.score()));
    }
    items.sort(BEST_FIRST);
    return items;
  }

  /** Returns candidates in their given order, without probabilities. */
  private static List<RankedItem> unscored(ItemView items, List<Candidate> candidates) {
    return candidates.stream()
        .map(
            candidate ->
                new RankedItem(
                    candidate.id(),
                    items.title(candidate.row()),
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

  /**
   * Returns the request's weights, or the server's weights if the request gives none. If the server
   * has none either, every positive action weighs 1.
   */
  private float[] weights(Map<String, Float> requested, ModelConfig config) {
    Map<String, Float> named = requested.isEmpty() ? ranking.utilityWeights() : requested;
    float[] weights = new float[config.actions().size()];
    if (named.isEmpty()) {
      config.positives().forEach(action -> weights[config.actions().indexOf(action)] = 1);
    }
    named.forEach((action, weight) -> weights[config.actions().indexOf(action)] = weight);
    return weights;
  }

  /** Throws if the server's weights or the ranking model do not fit the bundle. */
  void check(LoadedBundle bundle) {
    model.check(bundle);
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
