package io.unipin.serving.pipeline;

import io.unipin.ann.AnnIndex;
import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.HistoryView;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.inspect.Inspection;
import io.unipin.serving.inspect.Inspector;
import io.unipin.serving.inspect.ItemExplanation;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.pipeline.paging.PageCursors;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Ranking;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.RequestedHistory;
import io.unipin.serving.request.Retrieval;
import io.unipin.serving.request.RetrievalQuery;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.Trace;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.slate.PageId;
import io.unipin.serving.slate.SlateRules;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The pipeline: history, cached state, retrieval, ranking. It is synchronous. Each stage makes at
 * most one native call. No native call begins after the request's time is used up.
 *
 * <p>The results depend only on the bundle with its counts, the settings, the history and the
 * request with its time. The state of the cache changes only the speed. Thread-safe.
 */
public final class Recommender {
  /** Names of degradations in traces: degradations of the history, and steps of the ladder. */
  public static final List<String> DEGRADATIONS =
      Stream.concat(HistoryView.DEGRADATIONS.stream(), Ladder.STEPS.stream()).toList();

  /** A user id for internal requests. Callers' ids never hold control characters. */
  private static final String PROBE_USER = "\u0001";

  private final HistoryStore histories;
  private final UserKvCache cache;
  private final RecommenderConfig config;
  private final ModelCosts costs;
  private final RankingModel.Factory ranking;
  private final PageCursors cursors;
  private final ImpressionCounts impressions;
  private final UserSessions sessions;
  private final CandidateSearch search;
  private final Ranker ranker;
  private final PageRanking pages;
  private final SlateRules rules;

  /** Creates a pipeline. The last argument returns the time in milliseconds since the epoch. */
  public Recommender(
      HistoryStore histories,
      UserKvCache cache,
      Secrets secrets,
      RecommenderConfig config,
      LongSupplier clockMs) {
    this(histories, cache, secrets, config, clockMs, RankingModel.CACHED);
  }

  /** Creates a pipeline whose ranking model comes from {@code ranking}, for benchmarks. */
  public Recommender(
      HistoryStore histories,
      UserKvCache cache,
      Secrets secrets,
      RecommenderConfig config,
      LongSupplier clockMs,
      RankingModel.Factory ranking) {
    this(
        histories,
        cache,
        config,
        new ModelCosts(config),
        ranking,
        new PageCursors(secrets, config.page(), clockMs),
        ImpressionCounts.off());
  }

  private Recommender(
      HistoryStore histories,
      UserKvCache cache,
      RecommenderConfig config,
      ModelCosts costs,
      RankingModel.Factory ranking,
      PageCursors cursors,
      ImpressionCounts impressions) {
    this.histories = histories;
    this.cache = cache;
    this.config = config;
    this.costs = costs;
    this.ranking = ranking;
    this.cursors = cursors;
    this.impressions = impressions;
    UserEncoder encoder = new UserEncoder(cache, config.cache(), costs);
    RankingModel model = ranking.of(encoder, costs);
    this.sessions = new UserSessions(histories, cache, config, encoder, model);
    this.search = new CandidateSearch(config.retrieval());
    this.ranker = new Ranker(config.ranking(), model);
    this.pages = new PageRanking(search, new PreRanker(config.retrieval()), ranker);
    this.rules = new SlateRules(config.slate(), impressions);
  }

  /** Returns a pipeline with other settings. The two pipelines share all other parts. */
  public Recommender with(RecommenderConfig other) {
    ModelCosts own = costs.with(other);
    return new Recommender(histories, cache, other, own, ranking, cursors, impressions);
  }

  /** Returns this pipeline with counts of impressions, by which exploration chooses items. */
  public Recommender with(ImpressionCounts counts) {
    return new Recommender(histories, cache, config, costs, ranking, cursors, counts);
  }

  /** Retrieves and ranks one page. */
  public Page retrieveAndRank(LoadedBundle bundle, PageQuery query, StageClock clock) {
    PageSize size = size(query);
    long[] servedBefore = cursors.open(query.user().id(), query.pageCursor());
    try (UserSession user = sessions.open(bundle, query.user(), size.goal(), clock)) {
      PageRanking.Ranked ranked = pages.rank(user, query, servedBefore, size.candidates());
      clock.enter(Stage.RESPOND);
      SlateRules.Slated slate = choose(user, query, ranked.items(), size);
      String next = next(query, servedBefore, slate, ranked.items().size() < size.items());
      clock.stop();
      Trace trace = ranked.in(user.trace(query.requestId(), List.of()));
      return new Page(slate.items(), slate.removals(), slate.draws(), next, trace);
    }
  }

  /**
   * Does the work of {@link #retrieveAndRank} and reports the result of each step. It also leaves
   * the user's state in the cache.
   *
   * @param items ids of items to explain: why they are on the page or why not
   */
  public Inspection inspect(
      LoadedBundle bundle, PageQuery query, List<Long> items, StageClock clock) {
    PageSize size = size(query);
    long[] servedBefore = cursors.open(query.user().id(), query.pageCursor());
    try (UserSession user = sessions.open(bundle, query.user(), size.goal(), clock)) {
      PageRanking.Ranked ranked = pages.rank(user, query, servedBefore, size.candidates());
      clock.enter(Stage.RESPOND);
      SlateRules.Slated slate = choose(user, query, ranked.items(), size);
      clock.stop();
      Map<Stage, Long> spent = clock.spent();
      Trace trace = ranked.in(user.trace(query.requestId(), List.of()));
      Inspector inspector = ranked.inspector(user, slate);
      List<ItemExplanation> verdicts =
          items.stream().map(id -> pages.judge(inspector, id, user, query, servedBefore)).toList();
      return new Inspection(
          user.history().lifetime() + query.user().recent().size(),
          inspector.history(user.history(), query.user().recent(), trace.historyActions()),
          inspector.candidates(),
          trace,
          spent,
          ranker.order(bundle, query.wishes()),
          verdicts);
    }
  }

  /** Retrieves candidates without ranking. */
  public Retrieval retrieve(LoadedBundle bundle, RetrievalQuery query, StageClock clock) {
    int count = query.candidates() == 0 ? config.retrieval().candidates() : query.candidates();
    Ladder.Goal goal = new Ladder.Goal(true, 0, 0);
    try (UserSession user = sessions.open(bundle, query.user(), goal, clock)) {
      List<Candidate> found = search.find(user, query.wishes(), new long[0], count);
      clock.enter(Stage.RESPOND);
      clock.stop();
      return new Retrieval(found, user.trace(query.requestId(), List.of()));
    }
  }

  /** Ranks the items in the caller's request. */
  public Ranking rank(LoadedBundle bundle, RankingQuery query, StageClock clock) {
    try (ItemView items = bundle.items().open()) {
      NamedItems named = NamedItems.of(query.items(), items, query.user().timeMs());
      Ladder.Goal goal = new Ladder.Goal(false, named.known().size(), named.known().size());
      try (UserSession user = sessions.open(bundle, items, query.user(), goal, clock)) {
        List<RankedItem> ranked = ranker.rankNamed(user, named.known(), query.wishes());
        clock.enter(Stage.RESPOND);
        clock.stop();
        return new Ranking(ranked, user.trace(query.requestId(), named.unknown()));
      }
    }
  }

  /** Returns the recall at k of the bundle's index for a history, compared with an exact index. */
  public double recall(
      LoadedBundle bundle, UserHistory history, AnnIndex exact, int k, StageClock clock) {
    RequestedHistory requested =
        new RequestedHistory(history.newest(), history.lifetime() - history.newest().size());
    UserInput probe = new UserInput(PROBE_USER, requested, List.of(), "", history.lastTimeMs());
    Wishes none = new Wishes(Map.of(), Map.of(), new long[0], false);
    try (UserSession user = sessions.open(bundle, probe, new Ladder.Goal(true, 0, 0), clock)) {
      int dimension = bundle.model().config().itemDim();
      float[] first = Arrays.copyOf(search.queries(user, none).vectors(), dimension);
      double recall = search.recall(user, exact, first, k);
      clock.stop();
      return recall;
    } finally {
      cache.erase(PROBE_USER);
    }
  }

  private PageSize size(PageQuery query) {
    return PageSize.of(query, config.page().size(), config.retrieval().candidates());
  }

  private SlateRules.Slated choose(
      UserSession user, PageQuery query, List<RankedItem> ranked, PageSize size) {
    PageId page = new PageId(query.user().id(), query.requestId(), user.surface());
    return rules.choose(
        ranked,
        size.items(),
        user.items(),
        page,
        query.user().timeMs(),
        user.counts()::impressions);
  }

  /** Returns the cursor of the next page; empty after the last page. */
  private String next(
      PageQuery query, long[] servedBefore, SlateRules.Slated slate, boolean isShort) {
    if (slate.items().isEmpty() || isShort) {
      return "";
    }
    LongStream shown = slate.items().stream().mapToLong(RankedItem::id);
    long[] served = LongStream.concat(LongStream.of(servedBefore), shown).toArray();
    return cursors.issue(query.user().id(), served);
  }

  /** Whether the cache holds state that a request of the user would read. */
  public boolean isResident(LoadedBundle bundle, String user) {
    return sessions.isResident(bundle, user);
  }

  /**
   * Extends the cached state of a user to the stored history, before the next request.
   *
   * @return number of actions encoded
   */
  public int refresh(LoadedBundle bundle, String user) {
    return sessions.refresh(bundle, user);
  }

  /** Returns the fingerprint that identifies a bundle's cached state. */
  public String fingerprint(LoadedBundle bundle) {
    return CacheFingerprint.of(bundle.model(), config.cache());
  }

  /** Throws if the server's settings do not fit a bundle. */
  public void check(LoadedBundle bundle) {
    ranker.check(bundle);
    pages.check(bundle);
    int actions = bundle.model().config().maxHistory();
    if (actions > config.historyLimit()) {
      throw ServingException.invalid(
          "bundle",
          "a model of histories of at most history.limit %s actions expected, got %s (bundle %s)"
              .formatted(config.historyLimit(), actions, bundle.name()));
    }
  }

  /** Returns the steps that warm a worker's engine before it takes requests of a bundle. */
  public List<Runnable> warmUp(LoadedBundle bundle) {
    return new WarmUp(this, cache, bundle).steps();
  }
}
