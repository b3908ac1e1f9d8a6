package io.unipin.serving.pipeline;

import io.unipin.kvcache.KvLease;
import io.unipin.model.features.RequestContext;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.pipeline.cost.StageClock;
import io.unipin.serving.request.Trace;
import io.unipin.serving.request.UserState;
import java.util.ArrayList;
import java.util.List;

/**
 * One request of a user while it runs: what its stages share. {@link UserSessions} opens it; closing it gives the user's
 * state back to the cache.
 *
 * <p>Whoever has run all stages stops the clock: a stage that still runs when the session is closed has failed, and what
 * it took tells nothing. One thread.
 *
 * @param wanted the history as the model reads it, the clock, and how much of all there is time for
 * @param context surface and gap of the request
 */
public record UserSession(
    LoadedBundle bundle,
    UserHistory history,
    UserEncoder.Wanted wanted,
    UserState state,
    RequestContext context)
    implements AutoCloseable {
  public HistoryTokens tokens() {
    return wanted.tokens();
  }

  /** Returns the hold on the user's keys and values; the session gives it back. */
  public KvLease lease() {
    return state.lease();
  }

  public StageClock clock() {
    return wanted.clock();
  }

  Ladder ladder() {
    return wanted.ladder();
  }

  /** Returns what was done so far, for a request that names these items beside those of the history. */
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

  @Override
  public void close() {
    try {
      state.close();
    } finally {
      clock().fail();
    }
  }
}
