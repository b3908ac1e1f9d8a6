package io.unipin.serving.pipeline;

import io.unipin.ann.AnnException;
import io.unipin.ann.AnnIndex;
import io.unipin.ann.ItemFilter;
import io.unipin.data.Catalogue;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.GapBuckets;
import io.unipin.model.ModelConfig;
import io.unipin.model.ModelException;
import io.unipin.model.RequestContext;
import io.unipin.model.TokenSequence;
import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline: history, cached state, retrieval, ranking. Synchronous; at most one native call per stage, and none once
 * the request's time is used up.
 *
 * <p>What it returns depends only on the bundle, the settings, the history and the request with its time: the state of
 * the cache changes the speed alone. Thread-safe.
 */
public final class Recommender {
  /** Steps of the degradation ladder, by the names that traces carry. */
  public static final List<String> DEGRADATIONS = Ladder.STEPS;

  /** No caller's id has a control character. */
  private static final String PROBE_USER = "\u0001";

  private final HistoryStore histories;
  private final UserKvCache cache;
  private final PageConfig pages;
  private final RetrievalConfig retrieval;
  private final CacheConfig cacheConfig;
  private final int historyLimit;
  private final UserEncoder encoder;
  private final CandidateSearch search;
  private final Ranker ranker;
  private final SlateRules rules;
  private final PageCursors cursors;
  private final DegradationConfig degradation;
  private final StageCosts costs;
  private final @Nullable LoadedBundle second;

  /** A pipeline of one model. The last argument tells the time of day, in milliseconds since the epoch. */
  public Recommender(
      HistoryStore histories, UserKvCache cache, RecommenderConfig config, LongSupplier clockMs) {
    this(histories, cache, config, clockMs, null);
  }

  /**
   * A pipeline of two models: the serving bundle's retrieves, and that of {@code second} encodes the history again and
   * ranks. What one model is compared with; its items and names must be the serving bundle's. The caller closes it.
   */
  public Recommender(
      HistoryStore histories,
      UserKvCache cache,
      RecommenderConfig config,
      LongSupplier clockMs,
      @Nullable LoadedBundle second) {
    this.second = second;
    this.histories = histories;
    this.cache = cache;
    this.costs = new StageCosts();
    this.pages = config.page();
    this.rules = new SlateRules(config.slate());
    this.retrieval = config.retrieval();
    this.cacheConfig = config.cache();
    this.historyLimit = config.historyLimit();
    this.encoder = new UserEncoder(cache, config.cache());
    this.degradation = config.degradation();
    this.search = new CandidateSearch(config.retrieval());
    this.ranker = new Ranker(config.ranking(), config.cache());
    this.cursors = new PageCursors(histories.secret(), config.page(), clockMs);
  }

  /** The same pipeline with other settings of retrieval, ranking, page and slate. */
  private Recommender(Recommender base, RecommenderConfig config) {
    this.second = base.second;
    this.histories = base.histories;
    this.cache = base.cache;
    this.costs = base.costs;
    this.pages = config.page();
    this.rules = new SlateRules(config.slate());
    this.retrieval = config.retrieval();
    this.cacheConfig = base.cacheConfig;
    this.historyLimit = base.historyLimit;
    this.encoder = base.encoder;
    this.degradation = base.degradation;
    this.search = new CandidateSearch(config.retrieval());
    this.ranker = new Ranker(config.ranking(), base.cacheConfig);
    this.cursors = base.cursors;
  }

  /** A pipeline that shares everything with this one but the settings of retrieval, ranking, page and slate. */
  public Recommender with(RecommenderConfig config) {
    return new Recommender(this, config);
  }

  public Page retrieveAndRank(LoadedBundle bundle, PageQuery query, StageClock clock) {
    return show(
        bundle,
        query,
        clock,
        (work, shown) -> {
          long[] served =
              LongStream.concat(
                      LongStream.of(shown.servedBefore()),
                      shown.items().stream().mapToLong(RankedItem::id))
                  .toArray();
          boolean last = shown.items().isEmpty() || shown.ranked().size() < shown.size();
          String next = last ? "" : cursors.issue(query.user().id(), served);
          Trace trace = work.trace(query.requestId(), List.of());
          return new Page(shown.items(), shown.slated().removals(), next, trace);
        });
  }

  /**
   * Does what {@link #retrieveAndRank} does, and tells what each step did; like that, it leaves the user's state in the
   * cache.
   *
   * @param item whose fate is asked for
   */
  public Inspection inspect(
      LoadedBundle bundle, PageQuery query, OptionalLong item, StageClock clock) {
    return show(
        bundle,
        query,
        clock,
        (work, shown) -> {
          clock.stop();
          Map<Stage, Long> spent = clock.spent();
          Trace trace = work.trace(query.requestId(), List.of());
          Inspector inspector =
              new Inspector(bundle, shown.found(), shown.ranked(), shown.slated());
          ItemVerdict verdict =
              item.isEmpty() ? null : judge(inspector, item.getAsLong(), work, query, shown, clock);
          return new Inspection(
              work.history().lifetime() + query.user().recent().size(),
              inspector.history(work.history(), query.user().recent(), trace.historyActions()),
              inspector.candidates(),
              trace,
              spent,
              verdict);
        });
  }

  private ItemVerdict judge(
      Inspector inspector, long item, Work work, PageQuery query, Shown shown, StageClock clock) {
    Wishes wishes = query.wishes();
    Inspector.Unwanted unwanted =
        new Inspector.Unwanted(
            ids(wishes.excluded()),
            wishes.allowSeen() ? Set.of() : ids(work.tokens().seen()),
            ids(shown.servedBefore()));
    float[] queries =
        search.queries(
            work.bundle(), work.state().lease().state(), work.context(), wishes.outcomes());
    return inspector.judge(
        item, queries, unwanted, candidate -> rank(work, List.of(candidate), wishes, clock).get(0));
  }

  private static Set<Long> ids(long[] ids) {
    return LongStream.of(ids).boxed().collect(Collectors.toSet());
  }

  /**
   * The part of the k nearest items that the bundle's index finds for a history: 1 for all of them.
   *
   * @param exact over the same items
   */
  public double recall(
      LoadedBundle bundle, UserHistory history, AnnIndex exact, int k, StageClock clock) {
    RequestedHistory requested =
        new RequestedHistory(history.newest(), history.lifetime() - history.newest().size());
    UserInput user = new UserInput(PROBE_USER, requested, List.of(), "", lastTimeMs(history));
    try {
      return withState(
          bundle,
          user,
          ladder(clock, new Ladder.Goal(true, 0, 0)),
          clock,
          work -> {
            float[] state = work.state().lease().state();
            float[] query = search.queries(bundle, state, work.context(), Map.of());
            float[] first = Arrays.copyOf(query, bundle.model().config().itemDim());
            return search.recall(bundle.index(), exact, first, k);
          });
    } finally {
      cache.erase(PROBE_USER);
    }
  }

  private static long lastTimeMs(UserHistory history) {
    List<RecordedAction> newest = history.newest();
    return newest.isEmpty() ? 0 : newest.get(newest.size() - 1).timeMs();
  }

  /**
   * A page with what it was chosen from.
   *
   * @param size that was asked for
   */
  private record Shown(
      int size,
      long[] servedBefore,
      List<Candidate> found,
      List<RankedItem> ranked,
      SlateRules.Slated slated) {
    List<RankedItem> items() {
      return slated.items();
    }
  }

  private <T> T show(
      LoadedBundle bundle, PageQuery query, StageClock clock, BiFunction<Work, Shown, T> then) {
    UserInput user = query.user();
    long[] servedBefore = cursors.open(user.id(), query.pageCursor());
    int size = query.pageSize() == 0 ? pages.size() : query.pageSize();
    int count = query.candidates() == 0 ? retrieval.candidates() : query.candidates();
    int found = Math.max(count, size);
    Ladder ladder = ladder(clock, new Ladder.Goal(true, found, size));
    return withState(
        bundle,
        user,
        ladder,
        clock,
        work -> {
          List<Candidate> candidates = find(work, query.wishes(), servedBefore, found, clock);
          List<RankedItem> ranked = rank(work, candidates, query.wishes(), clock);
          clock.enter(Stage.RESPOND);
          SlateRules.Slated slated = rules.choose(ranked, size, bundle.catalogue(), user.timeMs());
          return then.apply(work, new Shown(size, servedBefore, candidates, ranked, slated));
        });
  }

  public Retrieval retrieve(LoadedBundle bundle, RetrievalQuery query, StageClock clock) {
    int count = query.candidates() == 0 ? retrieval.candidates() : query.candidates();
    return withState(
        bundle,
        query.user(),
        ladder(clock, new Ladder.Goal(true, 0, 0)),
        clock,
        work -> {
          List<Candidate> items = find(work, query.wishes(), new long[0], count, clock);
          clock.enter(Stage.RESPOND);
          return new Retrieval(items, work.trace(query.requestId(), List.of()));
        });
  }

  public Ranking rank(LoadedBundle bundle, RankingQuery query, StageClock clock) {
    List<Candidate> known = new ArrayList<>();
    List<Long> unknown = new ArrayList<>();
    for (long id : query.items()) {
      int row = bundle.catalogue().row(id);
      if (row == Catalogue.UNKNOWN) {
        unknown.add(id);
      } else {
        known.add(new Candidate(id, row, 0));
      }
    }
    return withState(
        bundle,
        query.user(),
        ladder(clock, new Ladder.Goal(false, known.size(), known.size())),
        clock,
        work -> {
          List<RankedItem> items = rank(work, known, query.wishes(), clock);
          clock.enter(Stage.RESPOND);
          return new Ranking(items, work.trace(query.requestId(), unknown));
        });
  }

  /** Whether the cache holds the user's state of the bundle's model, or of the second one. */
  public boolean isResident(LoadedBundle bundle, String user) {
    return encoder.isResident(bundle.model(), user)
        || (second != null && encoder.isResident(second.model(), user));
  }

  /**
   * Brings what the cache holds of a user up to the history store, ahead of the next request.
   *
   * @return number of actions encoded
   */
  public int refresh(LoadedBundle bundle, String user) {
    Supplier<TokenSequence> history =
        () -> HistoryTokens.of(bundle, histories.read(user), List.of()).committed();
    int encoded = encoder.refresh(bundle.model(), user, history);
    return second == null ? encoded : encoded + encoder.refresh(second.model(), user, history);
  }

  /** What tells a bundle's cached state from that of others. */
  public String fingerprint(LoadedBundle bundle) {
    return UserEncoder.fingerprint(bundle.model(), cacheConfig);
  }

  /** Refuses a bundle that the server's settings do not fit. */
  public void check(LoadedBundle bundle) {
    ranker.check(bundle);
    if (second != null) {
      SecondModel.check(bundle, second);
    }
    int maxHistory = bundle.model().config().maxHistory();
    if (maxHistory > historyLimit) {
      throw ServingException.invalid(
          "bundle",
          "a maxHistory of at most history.limit %d expected, got %d (bundle %s)"
              .formatted(historyLimit, maxHistory, bundle.name()));
    }
  }

  /** What a worker runs before it takes requests of a bundle, so that the first of them find the engine warm. */
  public List<Runnable> warmUp(LoadedBundle bundle) {
    return new WarmUp(this, cache, bundle).steps();
  }

  private Ladder ladder(StageClock clock, Ladder.Goal goal) {
    clock.report(costs);
    return new Ladder(degradation, costs, clock, goal);
  }

  private List<RankedItem> rank(Work work, List<Candidate> found, Wishes wishes, StageClock clock) {
    Map<String, Float> weights = wishes.utilityWeights();
    int rows = work.state().lease().rows();
    int scored = work.ladder().scoredCandidates(work.bundle().model().config(), found.size(), rows);
    if (scored == 0) {
      return Ranker.unscored(work.bundle(), found);
    }
    List<Candidate> candidates = found.subList(0, scored);
    if (ranker.isDense()) {
      LoadedBundle ranking = second == null ? work.bundle() : second;
      return ranker.rankDense(
          ranking, work.tokens().all(), work.context(), candidates, weights, clock);
    }
    if (second == null) {
      KvLease lease = work.state().lease();
      return ranker.rank(work.bundle(), lease, work.context(), candidates, weights, clock);
    }
    try (UserState state = encoder.open(second.model(), work.wanted())) {
      return ranker.rank(second, state.lease(), work.context(), candidates, weights, clock);
    }
  }

  private List<Candidate> find(
      Work work, Wishes wishes, long[] servedBefore, int count, StageClock clock) {
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
        clock);
  }

  private <T> T withState(
      LoadedBundle bundle,
      UserInput user,
      Ladder ladder,
      StageClock clock,
      Function<Work, T> stages) {
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
        return stages.apply(new Work(wanted, bundle, history, state, context));
      }
    } catch (ModelException | AnnException e) {
      throw new ServingException(FailureKind.INTERNAL, "the request could not be computed", e);
    } finally {
      clock.stop();
    }
  }

  /** What the stages of one request share. */
  private record Work(
      UserEncoder.Wanted wanted,
      LoadedBundle bundle,
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
}
