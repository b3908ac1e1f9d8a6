package io.unipin.kvcache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierSetup;
import io.unipin.kvcache.KvTierStats;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.Rows;
import io.unipin.kvcache.UserKvCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A cache over a {@link FileTier}. Its rows are those of {@link Rows}, which depend on their
 * tokens.
 */
final class TierWorld implements AutoCloseable {
  static final byte[] SECRET = {1, 2, 3};
  static final int MAX_ROWS = 320;
  static final KvLayout LAYOUT = new KvLayout(2, 2, 8, MAX_ROWS, KvType.FLOAT32);
  static final String MODEL = "model";

  /** The size of the files in bytes, in tests that need no smaller size. */
  static final long BYTES = 1 << 24;

  final AtomicLong nanos = new AtomicLong();
  final UserKvCache cache;
  private final KvLayout layout;

  TierWorld(Path folder) {
    this(folder, LAYOUT, BYTES, FileDisk::open);
  }

  TierWorld(Path folder, KvLayout layout, long bytes, Disk.Opener opener) {
    this(layout, tier(folder, bytes, opener), 1 << 26, 1 << 26);
  }

  TierWorld(KvLayout layout, FileTier tier, long budget, long queue) {
    this(layout, new KvTierSetup("file", tier, queue), budget);
  }

  TierWorld(KvLayout layout, KvTierSetup setup, long budget) {
    this.layout = layout;
    cache =
        new UserKvCache(
            new KvCacheLimits(budget, Duration.ofDays(1), 1 << 22, nanos::get), List.of(setup));
  }

  static FileTier tier(Path folder, long bytes, Disk.Opener opener) {
    try {
      return FileTier.open(folder, bytes, SECRET, opener);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  KvLease acquire(String user, int... tokens) {
    return cache.acquire(
        new KvKey(user, MODEL), layout, Rows.hashes(tokens), Duration.ofMinutes(1));
  }

  /**
   * Serves a request and checks all rows and the state. Returns the lease's reason: how much of the
   * user the cache knew.
   */
  KvReason serve(String user, int... tokens) {
    try (KvLease lease = acquire(user, tokens)) {
      KvReason reason = lease.reason();
      Rows.serve(lease, layout, tokens);
      return reason;
    }
  }

  /** Serves a request, and returns how many rows it reused. */
  int reused(String user, int... tokens) {
    try (KvLease lease = acquire(user, tokens)) {
      int reused = lease.reusedRows();
      Rows.serve(lease, layout, tokens);
      return reused;
    }
  }

  /** Drops all users from memory, because their entries become too old. The files keep them. */
  void forget() {
    cache.settleTier();
    nanos.addAndGet(Duration.ofDays(2).toNanos());
  }

  KvTierStats stats() {
    return cache.tierStats().get(0);
  }

  /** Copies the files in the state in which a killed process would leave them. */
  static Path copy(Path folder, Path to) {
    try {
      Files.createDirectories(to);
      for (String name : new String[] {"chunks", "index"}) {
        Files.copy(folder.resolve(name), to.resolve(name));
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    assertThat(cache.stats().leases()).isZero();
    cache.close();
    assertThat(cache.stats().leasedBytes()).isZero();
    assertThat(cache.stats().usedBytes()).isZero();
  }
}
