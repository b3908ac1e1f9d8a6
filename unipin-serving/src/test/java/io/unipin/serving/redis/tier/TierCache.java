package io.unipin.serving.redis.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.KvTierSetup;
import io.unipin.kvcache.KvTierStats;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A cache over one tier, with rows that depend on their tokens. */
final class TierCache implements AutoCloseable {
  static final KvLayout LAYOUT = new KvLayout(2, 2, 8, 320, KvType.FLOAT32);
  static final String MODEL = "model";
  private static final long BUDGET = 1 << 26;

  final UserKvCache cache;
  private final AtomicLong nanos = new AtomicLong();
  private final KvLayout layout;
  private final String model;

  TierCache(KvTier tier) {
    this(tier, LAYOUT);
  }

  TierCache(KvTier tier, KvLayout layout) {
    this(new KvTierSetup("tier", tier, 1 << 26), layout);
  }

  TierCache(KvTierSetup setup, KvLayout layout) {
    this(setup, layout, MODEL);
  }

  TierCache(KvTierSetup setup, KvLayout layout, String model) {
    this.layout = layout;
    this.model = model;
    cache =
        new UserKvCache(
            new KvCacheLimits(BUDGET, Duration.ofDays(1), 1 << 22, nanos::get), List.of(setup));
  }

  private KvLease acquire(String user, int... tokens) {
    return cache.acquire(
        new KvKey(user, model), layout, TierRows.hashes(tokens), Duration.ofMinutes(1));
  }

  /**
   * Serves a request, checks all rows and the state, and returns the result of the cache look-up.
   */
  KvReason serve(String user, int... tokens) {
    try (KvLease lease = acquire(user, tokens)) {
      KvReason reason = lease.reason();
      TierRows.serve(lease, layout, tokens);
      return reason;
    }
  }

  /** Serves a request, and returns how many rows were reused. */
  int reused(String user, int... tokens) {
    try (KvLease lease = acquire(user, tokens)) {
      int reused = lease.reusedRows();
      TierRows.serve(lease, layout, tokens);
      return reused;
    }
  }

  /** Drops all users from the memory but not from the tier. */
  void forget() {
    cache.settleTier();
    later(Duration.ofDays(2));
  }

  void later(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  KvTierStats stats() {
    return cache.tierStats().get(0);
  }

  @Override
  public void close() {
    assertThat(cache.stats().leases()).isZero();
    cache.close();
    assertThat(cache.stats().leasedBytes()).isZero();
    assertThat(cache.stats().usedBytes()).isZero();
  }
}
