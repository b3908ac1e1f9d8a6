package io.unipin.serving.pipeline;

import io.unipin.kvcache.KvCacheException;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.ServingModel;
import io.unipin.model.TokenSequence;
import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.time.Duration;

/**
 * Brings a user's keys and values up to a request's history: whatever the cache holds of it is reused, the rest encoded.
 *
 * <p>A request's own recent actions go to a private copy, which no other request sees. Thread-safe.
 */
final class UserEncoder {
  private final UserKvCache cache;
  private final CacheConfig config;

  UserEncoder(UserKvCache cache, CacheConfig config) {
    this.cache = cache;
    this.config = config;
  }

  /** What tells one model's cached rows from another's. */
  static String fingerprint(ServingModel model, CacheConfig config) {
    return model.fingerprint() + "/" + config.type();
  }

  /** The caller closes the state. */
  UserState open(ServingModel model, String user, HistoryTokens tokens, StageClock clock) {
    clock.enter(Stage.CACHE);
    KvLease lease = null;
    UserState state = null;
    try {
      lease = acquire(model, user, tokens.committed(), clock.remaining());
      KvOutcome outcome = lease.outcome();
      int encoded = encode(model, tokens.committed(), lease, clock);
      if (tokens.hasPrivateTail()) {
        clock.enter(Stage.CACHE);
        KvLease base = lease;
        lease = cache.branch(base, tokens.all().hashes());
        base.close();
        encoded += encode(model, tokens.all(), lease, clock);
      }
      state = new UserState(lease, outcome, encoded);
      return state;
    } catch (KvCacheException e) {
      throw new ServingException(
          Thread.currentThread().isInterrupted() ? FailureKind.UNAVAILABLE : FailureKind.OVERLOADED,
          "no room for the user's state",
          e);
    } finally {
      if (state == null && lease != null) {
        lease.close();
      }
    }
  }

  private KvLease acquire(
      ServingModel model, String user, TokenSequence tokens, Duration remaining) {
    KvKey key = new KvKey(user, fingerprint(model, config));
    KvLayout layout = model.config().kvLayout(config.type());
    Duration wait = remaining.compareTo(config.maxWait()) < 0 ? remaining : config.maxWait();
    return cache.acquire(key, layout, tokens.hashes(), wait);
  }

  /** Returns the number of actions encoded. */
  private int encode(ServingModel model, TokenSequence tokens, KvLease lease, StageClock clock) {
    if (lease.reusedRows() == lease.rows()) {
      return 0;
    }
    clock.enter(Stage.ENCODE);
    float[] state =
        model.extend(tokens, lease.reusedRows(), lease.block(), lease.capacity(), config.type());
    Finite.require("state", state);
    lease.commit(state);
    return lease.rows() - Math.max(lease.reusedRows(), 1);
  }
}
