package io.unipin.serving.pipeline;

import io.unipin.kvcache.KvLease;
import io.unipin.model.features.RequestContext;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.HistoryView;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.request.PreRankTrace;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.Trace;
import io.unipin.serving.request.UserState;
import java.util.ArrayList;
import java.util.List;

/**
 * The data that the stages of one user's request share. {@link UserSessions} opens the session.
 * Closing it returns the user's state to the cache and closes the view of the items.
 *
 * <p>The caller stops the clock after the last stage. A stage that still runs when the session is
 * closed has failed, so its time is not counted. Not thread-safe.
 *
 * @param served the request's bundle with its items at the moment of the request
 * @param timeMs time of the request in milliseconds since the epoch
 * @param view stored history, or the history that the request sent instead
 * @param wanted history in the form that the model reads, the clock, and the ladder
 * @param context surface and gap of the request
 * @param counts tables of counts and the rule of pre-ranking that the request uses
 */
public record UserSession(
    BundleView served,
    long timeMs,
    HistoryView view,
    UserEncoder.Wanted wanted,
    UserState state,
    RequestContext context,
    UserCounts counts)
    implements AutoCloseable {
  public LoadedBundle bundle() {
    return served.bundle();
  }

  /** Returns the items of the bundle at the moment of the request. */
  public ItemView items() {
    return served.items();
  }

  public UserHistory history() {
    return view.history();
  }

  public HistoryTokens tokens() {
    return wanted.tokens();
  }

  /** Returns the lease on the user's keys and values. The session closes the lease. */
  public KvLease lease() {
    return state.lease();
  }

  /** Returns the name of the request's surface. */
  public String surface() {
    return bundle().model().config().surfaces().get(context.surface());
  }

  public StageClock clock() {
    return wanted.clock();
  }

  Ladder ladder() {
    return wanted.ladder();
  }

  /**
   * Returns a report of the work so far. The unknown items of the request are added to the unknown
   * items of the history.
   */
  Trace trace(String requestId, List<Long> unknownItems) {
    List<String> degradations = new ArrayList<>(view.degradations());
    degradations.addAll(ladder().steps());
    List<Long> unknown = new ArrayList<>(tokens().unknownItems());
    unknown.addAll(unknownItems);
    return new Trace(
        requestId,
        bundle().name(),
        bundle().modelVersion(),
        bundle().indexVersion(),
        counts.generation(),
        bundle().model().engine(),
        bundle().model().config().actions(),
        state.reason(),
        state.historyActions(),
        state.encodedActions(),
        degradations,
        unknown.stream().distinct().toList(),
        PreRankTrace.NONE);
  }

  @Override
  public void close() {
    try {
      state.close();
    } finally {
      items().close();
      clock().fail();
    }
  }
}
