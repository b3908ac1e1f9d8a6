package io.unipin.evaluate;

import io.unipin.feedlog.FeedLog;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.ServingModel;
import io.unipin.model.features.HistoryWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import java.time.Duration;

/**
 * Encodes the first actions of a user's history in the same way as serving. The caller gives the
 * number of actions. Successive calls for one user reuse the rows that earlier calls encoded.
 *
 * <p>Not thread-safe.
 */
public final class HistoryEncoder implements AutoCloseable {
  private static final int BLOCKS = 4;
  private static final Duration FOREVER = Duration.ofDays(365);

  private final FeedLog log;
  private final ServingModel model;
  private final KvLayout layout;
  private final UserKvCache cache;

  public HistoryEncoder(FeedLog log, ServingModel model) {
    this(log, model, KvType.FLOAT32);
  }

  public HistoryEncoder(FeedLog log, ServingModel model, KvType type) {
    this.log = log;
    this.model = model;
    this.layout = model.config().kvLayout(type);
    long bytes = BLOCKS * layout.budgetBytes(layout.maxRows());
    this.cache = new UserKvCache(new KvCacheLimits(bytes, FOREVER, bytes));
  }

  /**
   * Encodes a user's first {@code history} actions and returns a lease on their keys and values.
   */
  public KvLease encode(int user, int history) {
    TokenSequence tokens = tokens(log, user, history, model.config());
    KvKey key = new KvKey(log.user(user), model.fingerprint());
    KvLease lease = cache.acquire(key, layout, tokens.hashes(), Duration.ZERO);
    boolean encoded = false;
    try {
      if (lease.reusedRows() < lease.rows()) {
        lease.commit(model.extend(tokens, lease.reusedRows(), lease.kv()));
      }
      encoded = true;
      return lease;
    } finally {
      if (!encoded) {
        lease.close();
      }
    }
  }

  /** Frees the memory that a user's encoded history holds. */
  public void forget(int user) {
    cache.erase(log.user(user));
  }

  /** Returns the tokens of the window that ends after the user's first {@code history} actions. */
  public static TokenSequence tokens(FeedLog log, int user, int history, ModelConfig model) {
    int start = log.actionStart(user);
    int oldest = (int) HistoryWindow.start(history, model.maxHistory());
    return LogTokens.of(log, start + oldest, start + history);
  }

  @Override
  public void close() {
    cache.close();
  }
}
