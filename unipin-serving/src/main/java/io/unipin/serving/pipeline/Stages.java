package io.unipin.serving.pipeline;

import io.unipin.ann.AnnException;
import io.unipin.ann.AnnIndex;
import io.unipin.ann.ItemFilter;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.pipeline.cost.DegradationConfig;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.pipeline.cost.StageClock;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.Trace;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.UserState;
import io.unipin.serving.request.Wishes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a request, from the user's history to ranked candidates: at most one native call each, and none once the
 * request's time is used up. Thread-safe.
 */
final class Stages {
  private final HistoryStore histories;
  private final UserKvCache cache;
  private final CacheConfig cacheConfig;
  private final UserEncoder encoder;
  private final CandidateSearch search;
  private final Ranker ranker;
  private final DegradationConfig degradation;
  private final ModelCosts costs;
  private final @Nullable BundleHolder second;

  /** With {@code second}, its model ranks. */
  Stages(
      HistoryStore histories,
      UserKvCache cache,
      RecommenderConfig config,
      @Nullable BundleHolder second) {
    this.histories = histories;
    this.cache = cache;
    this.second = second;
    this.cacheConfig = config.cache();
    this.costs = new ModelCosts(config);
    this.encoder = new UserEncoder(cache, config.cache(), costs);
    this.search = new CandidateSearch(config.retrieval());
    this.ranker = new Ranker(config.ranking(), config.cache());
    this.degradation = config.degradation();
  }

  private Stages(Stages base, RecommenderConfig config) {
    this.histories = base.histories;
    this.cache = base.cache;
    this.second = base.second;
    this.cacheConfig = base.cacheConfig;
    this.costs = base.costs.with(config);
    this.encoder = new UserEncoder(cache, cacheConfig, costs);
    this.search = new CandidateSearch(config.retrieval());
    this.ranker = new Ranker(config.ranking(), base.cacheConfig);
    this.degradation = base.degradation;
  }

  /** The same stages with other settings of retrieval and ranking. */
  Stages with(RecommenderConfig config) {
    return new Stages(this, config);
  }

  /**
   * What the stages of one request share.
   *
   * @param ranking the bundle whose model ranks
   */
  record Work(
      UserEncoder.Wanted wanted,
      LoadedBundle bundle,
      LoadedBundle ranking,
      UserHistory history,
      UserState state,
      RequestContext context) {
    HistoryTokens tokens() {
      return wanted.tokens();
    }

    Ladder ladder() {
      return wanted.ladder();
    }

    Trace trace(String requestId, List<Long> unknownItems) {
      List<Long> unknown = new ArrayList<>(tokens().unknownItems());
      unknown.addAll(unknownItems);
      return new Trace(
          requestId,
          bundle.name(),
          bundle.modelVersion(),
          bundle.indexVersion(),
          bundle.model().config().actions(),
          state.outcome(),
          state.historyActions(),
          state.encodedActions(),
          ladder().steps(),
          unknown.stream().distinct().toList());
    }
  }

  /** Runs stages with the user's state, and gives it back. */
  <T> T withState(
      LoadedBundle bundle,
      UserInput user,
      Ladder.Goal goal,
      StageClock clock,
      Function<Work, T> stages) {
    try (BundleLease other = second == null ? null : second.acquire()) {
      LoadedBundle ranking = other == null ? bundle : other.bundle();
      CostedModel cost = costs.of(ranking.model());
      Ladder ladder = new Ladder(degradation, cost, clock, goal);
      return withState(new Bundles(bundle, ranking), user, ladder, clock, stages);
    }
  }

  /** The one that retrieves and the one that ranks. */
  private record Bundles(LoadedBundle serving, LoadedBundle ranking) {}

  private <T> T withState(
      Bundles bundles, UserInput user, Ladder ladder, StageClock clock, Function<Work, T> stages) {
    LoadedBundle bundle = bundles.serving();
    boolean done = false;
    try {
      clock.enter(Stage.HISTORY);
      long mark = cache.mark(user.id());
      UserHistory history =
          user.history() == null ? histories.read(user.id()) : user.history().asStored();
      HistoryTokens tokens = HistoryTokens.of(bundle, history, user.recent());
      ModelConfig config = bundle.model().config();
      RequestContext context =
          new RequestContext(
              Math.max(config.surfaces().indexOf(user.surface()), 0),
              GapBuckets.of(tokens.lastTimeMs(), user.timeMs()));
      UserEncoder.Wanted wanted = new UserEncoder.Wanted(user.id(), tokens, mark, clock, ladder);
      try (UserState state = encoder.open(bundle.model(), wanted)) {
        T result =
            stages.apply(new Work(wanted, bundle, bundles.ranking(), history, state, context));
        done = true;
        return result;
      }
    } catch (ModelException | AnnException e) {
      throw new ServingException(FailureKind.INTERNAL, "the request could not be computed", e);
    } finally {
      if (done) {
        clock.stop();
      } else {
        clock.fail();
      }
    }
  }

  /** At most {@code count} candidates that the request does not rule out, best first. */
  List<Candidate> find(Work work, Wishes wishes, long[] servedBefore, int count) {
    LongStream out =
        LongStream.concat(LongStream.of(wishes.excluded()), LongStream.of(servedBefore));
    if (!wishes.allowSeen()) {
      out = LongStream.concat(out, LongStream.of(work.tokens().seen()));
    }
    ItemFilter filter =
        work.bundle()
            .filters()
            .of(wishes.categories(), wishes.createdSinceMs())
            .and(ItemFilter.excluding(out.toArray()));
    return search.find(
        work.bundle(),
        work.state().lease().state(),
        work.context(),
        wishes.outcomes(),
        filter,
        count,
        work.wanted().clock());
  }

  /** The user's queries (queries, itemDim), one after the other. */
  float[] queries(Work work, Map<String, Float> outcomes) {
    float[] state = work.state().lease().state();
    return search.queries(work.bundle(), state, work.context(), outcomes);
  }

  /** The part of the k items nearest to the user's first query that the bundle's index finds. */
  double recall(Work work, AnnIndex exact, int k) {
    int dimension = work.bundle().model().config().itemDim();
    float[] first = Arrays.copyOf(queries(work, Map.of()), dimension);
    return search.recall(work.bundle().index(), exact, first, k);
  }

  /** Orders candidates by utility, as many of them as there is time to score. */
  List<RankedItem> rank(Work work, List<Candidate> found, Wishes wishes) {
    StageClock clock = work.wanted().clock();
    Map<String, Float> weights = wishes.utilityWeights();
    int rows = work.state().lease().rows();
    int scored = work.ladder().scoredCandidates(found.size(), rows);
    if (scored == 0) {
      return Ranker.unscored(work.bundle(), found);
    }
    List<Candidate> candidates = found.subList(0, scored);
    if (ranker.isDense()) {
      LoadedBundle ranking = work.ranking();
      clock.report(costs.of(ranking.model()).costs());
      return ranker.rankDense(
          ranking, work.tokens().all(), work.context(), candidates, weights, clock);
    }
    if (second == null) {
      KvLease lease = work.state().lease();
      return ranker.rank(work.bundle(), lease, work.context(), candidates, weights, clock);
    }
    LoadedBundle other = work.ranking();
    try (UserState state = encoder.open(other.model(), work.wanted())) {
      return ranker.rank(other, state.lease(), work.context(), candidates, weights, clock);
    }
  }

  /** Whether the cache holds the user's state of the bundle's model, or of the second one. */
  boolean isResident(LoadedBundle bundle, String user) {
    if (second == null || encoder.isResident(bundle.model(), user)) {
      return encoder.isResident(bundle.model(), user);
    }
    try (BundleLease other = second.acquire()) {
      return encoder.isResident(other.bundle().model(), user);
    }
  }

  /**
   * Brings what the cache holds of a user up to the history store, ahead of the next request.
   *
   * @return number of actions encoded
   */
  int refresh(LoadedBundle bundle, String user) {
    Supplier<TokenSequence> history =
        () -> HistoryTokens.of(bundle, histories.read(user), List.of()).committed();
    int encoded = encoder.refresh(bundle.model(), user, history);
    if (second == null) {
      return encoded;
    }
    try (BundleLease other = second.acquire()) {
      return encoded + encoder.refresh(other.bundle().model(), user, history);
    }
  }

  /** What tells a bundle's cached state from that of others. */
  String fingerprint(LoadedBundle bundle) {
    return UserEncoder.fingerprint(bundle.model(), cacheConfig);
  }

  /** Refuses a bundle that the settings, or the second model, do not fit. */
  void check(LoadedBundle bundle) {
    ranker.check(bundle);
    if (second != null) {
      try (BundleLease other = second.acquire()) {
        SecondModel.check(bundle, other.bundle());
      }
    }
  }
}
