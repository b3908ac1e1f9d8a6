package io.unipin.serving.pipeline;

import io.unipin.ann.AnnIndex;
import io.unipin.feedlog.Catalogue;
import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.inspect.Inspection;
import io.unipin.serving.inspect.Inspector;
import io.unipin.serving.inspect.ItemVerdict;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.pipeline.cost.StageClock;
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
import io.unipin.serving.request.Trace;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import io.unipin.serving.slate.SlateRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
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

  private final Stages stages;
  private final UserKvCache cache;
  private final PageConfig pages;
  private final RetrievalConfig retrieval;
  private final int historyLimit;
  private final SlateRules rules;
  private final PageCursors cursors;

  /** A pipeline of one model. The last argument tells the time of day, in milliseconds since the epoch. */
  public Recommender(
      HistoryStore histories, UserKvCache cache, RecommenderConfig config, LongSupplier clockMs) {
    this(histories, cache, config, clockMs, null);
  }

  /**
   * A pipeline of two models: the serving bundle's retrieves, and that of {@code second} encodes the history again and
   * ranks. What one model is compared with; its items and names must be the serving bundle's. Each request
   * holds it while it uses it; the caller closes it.
   */
  public Recommender(
      HistoryStore histories,
      UserKvCache cache,
      RecommenderConfig config,
      LongSupplier clockMs,
      @Nullable BundleHolder second) {
    this(
        new Stages(histories, cache, config, second),
        cache,
        config,
        new PageCursors(histories.secret(), config.page(), clockMs));
  }

  private Recommender(
      Stages stages, UserKvCache cache, RecommenderConfig config, PageCursors cursors) {
    this.stages = stages;
    this.cache = cache;
    this.pages = config.page();
    this.retrieval = config.retrieval();
    this.historyLimit = config.historyLimit();
    this.rules = new SlateRules(config.slate());
    this.cursors = cursors;
  }

  /** A pipeline that shares everything with this one but the settings of retrieval, ranking, page and slate. */
  public Recommender with(RecommenderConfig config) {
    return new Recommender(stages.with(config), cache, config, cursors);
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
              item.isEmpty() ? null : judge(inspector, item.getAsLong(), work, query, shown);
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
      Inspector inspector, long item, Stages.Work work, PageQuery query, Shown shown) {
    Wishes wishes = query.wishes();
    Inspector.Unwanted unwanted =
        new Inspector.Unwanted(
            ids(wishes.excluded()),
            wishes.allowSeen() ? Set.of() : ids(work.tokens().seen()),
            ids(shown.servedBefore()));
    return inspector.judge(
        item,
        stages.queries(work, wishes.outcomes()),
        unwanted,
        candidate -> stages.rank(work, List.of(candidate), wishes).get(0));
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
      return stages.withState(
          bundle, user, new Ladder.Goal(true, 0, 0), clock, work -> stages.recall(work, exact, k));
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
      LoadedBundle bundle,
      PageQuery query,
      StageClock clock,
      BiFunction<Stages.Work, Shown, T> then) {
    UserInput user = query.user();
    long[] servedBefore = cursors.open(user.id(), query.pageCursor());
    int size = query.pageSize() == 0 ? pages.size() : query.pageSize();
    int count = query.candidates() == 0 ? retrieval.candidates() : query.candidates();
    int found = Math.max(count, size);
    return stages.withState(
        bundle,
        user,
        new Ladder.Goal(true, found, size),
        clock,
        work -> {
          List<Candidate> candidates = stages.find(work, query.wishes(), servedBefore, found);
          List<RankedItem> ranked = stages.rank(work, candidates, query.wishes());
          clock.enter(Stage.RESPOND);
          SlateRules.Slated slated = rules.choose(ranked, size, bundle.catalogue(), user.timeMs());
          return then.apply(work, new Shown(size, servedBefore, candidates, ranked, slated));
        });
  }

  public Retrieval retrieve(LoadedBundle bundle, RetrievalQuery query, StageClock clock) {
    int count = query.candidates() == 0 ? retrieval.candidates() : query.candidates();
    return stages.withState(
        bundle,
        query.user(),
        new Ladder.Goal(true, 0, 0),
        clock,
        work -> {
          List<Candidate> items = stages.find(work, query.wishes(), new long[0], count);
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
    return stages.withState(
        bundle,
        query.user(),
        new Ladder.Goal(false, known.size(), known.size()),
        clock,
        work -> {
          List<RankedItem> items = stages.rank(work, known, query.wishes());
          clock.enter(Stage.RESPOND);
          return new Ranking(items, work.trace(query.requestId(), unknown));
        });
  }

  /** Whether the cache holds the user's state of the bundle's model, or of the second one. */
  public boolean isResident(LoadedBundle bundle, String user) {
    return stages.isResident(bundle, user);
  }

  /**
   * Brings what the cache holds of a user up to the history store, ahead of the next request.
   *
   * @return number of actions encoded
   */
  public int refresh(LoadedBundle bundle, String user) {
    return stages.refresh(bundle, user);
  }

  /** What tells a bundle's cached state from that of others. */
  public String fingerprint(LoadedBundle bundle) {
    return stages.fingerprint(bundle);
  }

  /** Refuses a bundle that the server's settings do not fit. */
  public void check(LoadedBundle bundle) {
    stages.check(bundle);
    int actions = bundle.model().config().maxActions();
    if (actions > historyLimit) {
      throw ServingException.invalid(
          "bundle",
          "a model of histories of at most history.limit %s actions expected, got %s (bundle %s)"
              .formatted(historyLimit, actions, bundle.name()));
    }
  }

  /** What a worker runs before it takes requests of a bundle, so that the first of them find the engine warm. */
  public List<Runnable> warmUp(LoadedBundle bundle) {
    return new WarmUp(this, cache, bundle).steps();
  }
}
