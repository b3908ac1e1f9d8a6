package io.unipin.serving.pipeline;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PageOrder;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Wishes;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Orders candidates by utility. The utility is the sum over all actions of weight times
 * probability. A bundle's own {@link PageOrder} adds the weighted retrieval score. If the bundle
 * has counts, they change the probabilities first. Thread-safe.
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
   * <p>If there is no time to score any candidate, the candidates get retrieval's order.
   *
   * @param found candidates; the first of them are scored first
   * @return items, which must be read before the session is closed. See {@link ScoredCandidates}
   */
  List<RankedItem> rank(UserSession user, List<Candidate> found, Wishes wishes) {
    return rank(user, found, order(user.bundle(), wishes));
  }

  /**
   * Ranks items that no query found. These items have no retrieval score, so the weights that
   * training fitted for the bundle do not apply. If neither the request nor the server gives
   * weights, every positive action weighs 1.
   */
  List<RankedItem> rankNamed(UserSession user, List<Candidate> named, Wishes wishes) {
    ModelConfig config = user.bundle().model().config();
    return List.copyOf(
        rank(user, named, asked(wishes, config).orElseGet(() -> PageOrder.ofPositives(config))));
  }

  private List<RankedItem> rank(UserSession user, List<Candidate> found, PageOrder order) {
    int scored = user.ladder().scoredCandidates(found.size(), user.lease().rows());
    if (scored == 0) {
      return unscored(user.items(), found);
    }
    List<Candidate> candidates = found.subList(0, scored);
    return new ScoredCandidates(user.items(), candidates, scores(user, candidates), order);
  }

  private ScoredCandidates.Scores scores(UserSession user, List<Candidate> candidates) {
    float[] plain = model.score(user, candidates);
    float[] counted = user.counts().isEmpty() ? plain : plain.clone();
    user.counts().apply(candidates, counted);
    Finite.require("probability", counted);
    return new ScoredCandidates.Scores(plain, counted);
  }

  /** Returns candidates in retrieval's order, without probabilities. */
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
        .sorted(BEST_FIRST)
        .toList();
  }

  /**
   * Returns the order of a page. The request's weights come first, then the server's weights, then
   * the weights that training fitted for the bundle. If none of these exist, every positive action
   * weighs 1.
   */
  PageOrder order(LoadedBundle bundle, Wishes wishes) {
    ModelConfig config = bundle.model().config();
    return asked(wishes, config)
        .or(bundle::pageOrder)
        .orElseGet(() -> PageOrder.ofPositives(config));
  }

  /**
   * Returns the order by the request's weights, or else by the server's weights; empty if both give
   * none.
   */
  private Optional<PageOrder> asked(Wishes wishes, ModelConfig config) {
    Map<String, Float> requested = wishes.utilityWeights();
    Map<String, Float> named = requested.isEmpty() ? ranking.utilityWeights() : requested;
    if (named.isEmpty()) {
      return Optional.empty();
    }
    float[] weights = new float[config.actions().size()];
    named.forEach((action, weight) -> weights[config.actions().indexOf(action)] = weight);
    return Optional.of(PageOrder.of(0, weights));
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
