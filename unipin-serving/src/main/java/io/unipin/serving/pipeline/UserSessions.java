package io.unipin.serving.pipeline;

import io.unipin.kvcache.UserKvCache;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.HistoryView;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.pipeline.cost.DegradationConfig;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.UserState;
import java.util.function.Supplier;

/**
 * Opens sessions. It reads the user's history and encodes the part that the cache does not hold.
 * Thread-safe.
 */
final class UserSessions {
  private final HistoryStore histories;
  private final UserKvCache cache;
  private final DegradationConfig degradation;
  private final UserEncoder encoder;
  private final RankingModel ranking;
  private final KeptTokens kept = new KeptTokens();

  /** Whether ranking uses the counts of bundles that have any. */
  private final boolean usesCounts;

  UserSessions(
      HistoryStore histories,
      UserKvCache cache,
      RecommenderConfig config,
      UserEncoder encoder,
      RankingModel ranking) {
    this.histories = histories;
    this.cache = cache;
    this.degradation = config.degradation();
    this.encoder = encoder;
    this.ranking = ranking;
    this.usesCounts = config.ranking().counts() && ranking.takesCounts();
  }

  /** Opens a session with a view of the bundle's current items. The caller closes the session. */
  UserSession open(LoadedBundle bundle, UserInput user, Ladder.Goal goal, StageClock clock) {
    return open(bundle, bundle.items().open(), user, goal, clock);
  }

  /**
   * Opens a session that takes ownership of a view of the bundle's items. The caller closes the
   * session.
   */
  UserSession open(
      LoadedBundle bundle, ItemView items, UserInput user, Ladder.Goal goal, StageClock clock) {
    boolean opened = false;
    try {
      clock.enter(Stage.HISTORY);
      long mark = cache.mark(user.id());
      HistoryView view =
          user.history() == null
              ? histories.view(user.id(), clock.remaining())
              : HistoryView.present(user.history().asStored());
      UserHistory history = view.history();
      ModelConfig config = bundle.model().config();
      HistoryTokens tokens =
          user.history() == null && user.recent().isEmpty()
              ? kept.of(bundle, items, history)
              : HistoryTokens.of(config, items, history, user.recent());
      RequestContext context =
          new RequestContext(
              Math.max(config.surfaces().indexOf(user.surface()), 0),
              GapBuckets.of(tokens.lastTimeMs(), user.timeMs()));
      Ladder ladder = new Ladder(degradation, ranking.costs(bundle), clock, goal);
      UserEncoder.Wanted wanted = new UserEncoder.Wanted(user.id(), tokens, mark, clock, ladder);
      UserCounts.Asked asked =
          new UserCounts.Asked(
              context.surface(), config.positives(), items, history, user.recent());
      UserCounts counts = new UserCounts(bundle.counted(), usesCounts, asked);
      UserState state = encoder.open(bundle.model(), wanted);
      opened = true;
      BundleView served = new BundleView(bundle, items);
      return new UserSession(served, user.timeMs(), view, wanted, state, context, counts);
    } finally {
      if (!opened) {
        items.close();
        clock.fail();
      }
    }
  }

  /** Whether the cache holds state that a request of the user would read. */
  boolean isResident(LoadedBundle bundle, String user) {
    return encoder.isResident(bundle.model(), user) || ranking.isResident(user);
  }

  /**
   * Extends the cached state of a user to the stored history, before the next request.
   *
   * @return number of actions encoded
   */
  int refresh(LoadedBundle bundle, String user) {
    try (ItemView items = bundle.items().open()) {
      Supplier<TokenSequence> history =
          () -> kept.of(bundle, items, histories.read(user)).committed();
      return encoder.refresh(bundle.model(), user, history) + ranking.refresh(user, history);
    }
  }
}
