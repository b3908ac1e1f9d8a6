package io.unipin.serving.pipeline;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.items.live.ItemView;
import java.lang.ref.WeakReference;
import java.util.List;

/**
 * The tokens of stored histories, kept from one request to the next. If the user did nothing since
 * the previous page, the next page converts and hashes no action.
 *
 * <p>A store returns the same object for a user's history as long as it holds the history and the
 * history does not change. Tokens are kept for this object, not for the user. When the store drops
 * the object, for example because the user was erased, its tokens go as well. The bytes of all kept
 * tokens are bounded. Thread-safe.
 */
final class KeptTokens {
  private static final long MOST_BYTES = 32L << 20;

  private final Cache<UserHistory, Kept> kept =
      Caffeine.newBuilder()
          .weakKeys() // compares objects, not their contents
          .maximumWeight(MOST_BYTES)
          .weigher((UserHistory history, Kept tokens) -> tokens.tokens().bytes())
          .executor(Runnable::run)
          .build();

  /**
   * Tokens of a history.
   *
   * @param bundle bundle for whose model the tokens are
   * @param version version of the bundle's live items, by which the tokens' rows were found
   */
  private record Kept(WeakReference<LoadedBundle> bundle, long version, HistoryTokens tokens) {}

  /** Returns the tokens of a stored history for the model of a bundle. */
  HistoryTokens of(LoadedBundle bundle, ItemView items, UserHistory history) {
    Kept known = kept.getIfPresent(history);
    if (known != null && known.version() == items.version() && known.bundle().refersTo(bundle)) {
      return known.tokens();
    }
    ModelConfig config = bundle.model().config();
    HistoryTokens tokens = HistoryTokens.of(config, items, history, List.of());
    kept.put(history, new Kept(new WeakReference<>(bundle), items.version(), tokens));
    return tokens;
  }
}
