package io.unipin.serving.pipeline;

import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.ReloadChoice;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.ServingModel;
import io.unipin.model.features.TokenSequence;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.pipeline.cost.NotedReloads;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.UserState;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Provides a user's keys and values for a request's history. It reuses the rows of keys and values
 * that the cache holds, and encodes the missing rows. {@link UserKvCache} decides which cached rows
 * may be reused.
 *
 * <p>A request's own recent actions are encoded in a private copy that no other request sees.
 * Thread-safe.
 */
public final class UserEncoder {
  private final UserKvCache cache;
  private final CacheConfig config;
  private final ModelCosts costs;

  UserEncoder(UserKvCache cache, CacheConfig config, ModelCosts costs) {
    this.cache = cache;
    this.config = config;
    this.costs = costs;
  }

  /**
   * A request for a user's state. The ladder decides how much of the history is read in the time
   * that is left.
   *
   * @param mark the user's mark in the cache, taken before the history was read
   */
  public record Wanted(
      String user, HistoryTokens tokens, long mark, StageClock clock, Ladder ladder) {}

  /** Returns the user's state. The caller closes it. */
  public UserState open(ServingModel model, Wanted wanted) {
    HistoryTokens tokens = wanted.tokens();
    StageClock clock = wanted.clock();
    CostedModel costed = costs.of(model);
    clock.report(costed.costs());
    clock.enter(Stage.CACHE);
    KvLease lease = null;
    UserState state = null;
    try {
      lease = acquire(model, wanted);
      int size = tokens.all().size();
      int fresh = 1 + size - lease.reusedRows();
      int read = fresh == 0 ? size : wanted.ladder().historyTokens(costed, fresh, size);
      if (read < size) {
        lease.close();
        lease = null; // the lease must not be closed again if the next line throws
        TokenSequence newest = tokens.all().newest(read);
        lease = cache.aside(model.config().kvLayout(config.type()), newest.hashes());
        state = new UserState(lease, lease.reason(), read, encode(model, newest, lease, clock));
        return state;
      }
      KvReason reason = lease.reason();
      int encoded = encode(model, tokens.committed(), lease, clock);
      if (tokens.hasPrivateTail()) {
        clock.enter(Stage.CACHE);
        KvLease base = lease;
        lease = cache.branch(base, tokens.all().hashes());
        base.close();
        encoded += encode(model, tokens.all(), lease, clock);
      }
      state = new UserState(lease, reason, size, encoded);
      return state;
    } finally {
      if (state == null && lease != null) {
        lease.close();
      }
    }
  }

  /** Whether the cache holds a model's state of the user. */
  public boolean isResident(ServingModel model, String user) {
    return cache.holds(new KvKey(user, CacheFingerprint.of(model, config)));
  }

  /**
   * Encodes new actions of a cached user before the next request. Never waits for a request.
   *
   * @param history returns the history; called when no request can write the user's state
   * @return number of actions encoded
   */
  public int refresh(ServingModel model, String user, Supplier<TokenSequence> history) {
    TokenSequence[] tokens = new TokenSequence[1];
    Optional<KvLease> found =
        cache.refresh(
            new KvKey(user, CacheFingerprint.of(model, config)),
            model.config().kvLayout(config.type()),
            () -> {
              tokens[0] = history.get();
              return tokens[0].hashes();
            });
    if (found.isEmpty()) {
      return 0;
    }
    try (KvLease lease = found.get()) {
      return extend(model, tokens[0], lease);
    }
  }

  private KvLease acquire(ServingModel model, Wanted wanted) {
    KvKey key = new KvKey(wanted.user(), CacheFingerprint.of(model, config));
    KvLayout layout = model.config().kvLayout(config.type());
    Duration remaining = wanted.clock().remaining();
    Duration wait = remaining.compareTo(config.maxWait()) < 0 ? remaining : config.maxWait();
    ReloadChoice reloads =
        cache.hasTier()
            ? new NotedReloads(costs.reloads().choice(costs.of(model), wanted.clock()))
            : ReloadChoice.ALWAYS;
    return cache.acquire(
        key, layout, wanted.tokens().committedHashes(), wait, wanted.mark(), reloads);
  }

  /** Encodes the missing rows. Returns the number of actions encoded. */
  private int encode(ServingModel model, TokenSequence tokens, KvLease lease, StageClock clock) {
    if (lease.reusedRows() == lease.rows()) {
      return 0;
    }
    int fresh = lease.rows() - lease.reusedRows();
    clock.enter(Stage.ENCODE, Ladder.encodeSize(model.config(), fresh, lease.rows()));
    return extend(model, tokens, lease);
  }

  private int extend(ServingModel model, TokenSequence tokens, KvLease lease) {
    float[] state = model.extend(tokens, lease.reusedRows(), lease.kv());
    Finite.require("state", state);
    lease.commit(state);
    return lease.rows() - Math.max(lease.reusedRows(), 1);
  }
}
