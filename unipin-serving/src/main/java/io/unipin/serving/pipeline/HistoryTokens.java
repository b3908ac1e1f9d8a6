package io.unipin.serving.pipeline;

import io.unipin.feedlog.Catalogue;
import io.unipin.kvcache.TokenHashes;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.HistoryWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.items.live.ItemView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A request's history as tokens for the model of one bundle.
 *
 * @param committed tokens that other requests of the user may reuse
 * @param committedHashes hashes of {@code committed}
 * @param all the committed tokens and the tokens of the request's own recent actions; equal to
 *     {@code committed} when the request has no recent actions
 * @param lastTimeMs time of the last action, in milliseconds since the epoch;
 *     {@link GapBuckets#NO_TIME} if there is no action
 * @param seen ids of all items of the history, including items before the window; owned by the
 *     record
 * @param unknownItems ids in the window that the bundle does not know
 */
public record HistoryTokens(
    TokenSequence committed,
    TokenHashes committedHashes,
    TokenSequence all,
    long lastTimeMs,
    long[] seen,
    List<Long> unknownItems) {
  private static final int MAX_NAMED_UNKNOWN = 1000;
  private static final int FIXED_BYTES = 500;

  /** Bytes of a token's numbers and of its hash. */
  private static final int TOKEN_BYTES = 44;

  static HistoryTokens of(
      ModelConfig config, ItemView items, UserHistory history, List<RecordedAction> recent) {
    List<RecordedAction> stored = history.newest();
    long start =
        HistoryWindow.start(history.lifetime() + recent.size(), config.maxHistory())
            - (history.lifetime() - stored.size());
    int fromStored = (int) Math.min(Math.max(start, 0), stored.size());
    int fromRecent = (int) Math.max(start - stored.size(), 0);
    List<RecordedAction> base = stored.subList(fromStored, stored.size());
    List<RecordedAction> window = new ArrayList<>(base);
    window.addAll(recent.subList(fromRecent, recent.size()));

    Set<Long> unknown = new LinkedHashSet<>();
    List<UserAction> actions = new ArrayList<>(window.size());
    for (RecordedAction action : window) {
      actions.add(read(action, config, items, unknown));
    }
    TokenSequence all = TokenSequence.of(actions);
    TokenSequence committed =
        base.size() == window.size() ? all : TokenSequence.of(actions.subList(0, base.size()));
    long last = window.isEmpty() ? GapBuckets.NO_TIME : window.get(window.size() - 1).timeMs();
    return new HistoryTokens(
        committed,
        committed.hashes(),
        all,
        last,
        ids(stored, recent),
        unknown.stream().limit(MAX_NAMED_UNKNOWN).toList());
  }

  private static long[] ids(List<RecordedAction> stored, List<RecordedAction> recent) {
    long[] ids = new long[stored.size() + recent.size()];
    for (int i = 0; i < ids.length; i++) {
      RecordedAction action = i < stored.size() ? stored.get(i) : recent.get(i - stored.size());
      ids[i] = action.itemId();
    }
    return ids;
  }

  /**
   * Converts an action for the model. Action names that the bundle does not know are left out,
   * because its model has no input for them.
   */
  private static UserAction read(
      RecordedAction action, ModelConfig config, ItemView items, Set<Long> unknown) {
    int row = items.row(action.itemId());
    if (row == Catalogue.UNKNOWN) {
      unknown.add(action.itemId());
      row = config.items();
    }
    long bits = 0;
    for (int i = 0; i < action.actions().size(); i++) {
      int bit = config.actions().indexOf(action.actions().get(i));
      bits |= bit < 0 ? 0 : 1L << bit;
    }
    int surface = Math.max(config.surfaces().indexOf(action.surface()), 0);
    return items.isLive(row)
        ? UserAction.live(row, items.identity(row), bits, surface, action.timeMs())
        : UserAction.of(row, bits, surface, action.timeMs());
  }

  /** Returns about how many bytes the record takes. */
  int bytes() {
    return FIXED_BYTES + TOKEN_BYTES * all.size() + Long.BYTES * seen.length;
  }

  boolean hasPrivateTail() {
    return all.size() > committed.size();
  }
}
