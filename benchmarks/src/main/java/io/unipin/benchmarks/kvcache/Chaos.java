package io.unipin.benchmarks.kvcache;

import io.unipin.kvcache.KvCacheException;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.UserKvCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stress test of the cache with several threads. At its end, the test checks that nothing leaked.
 *
 * <p>The threads append rows, correct, cancel, branch and refresh histories, erase users, and swap
 * models. The cache has room for only a part of the users. Two models have blocks of different
 * sizes.
 */
public final class Chaos {
  private static final KvLayout[] LAYOUTS = {
    new KvLayout(1, 1, 16, 200, KvType.FLOAT16), new KvLayout(2, 1, 12, 120, KvType.INT8)
  };
  private static final int USERS = 4_000;
  private static final long BUDGET = 8L << 20;
  private static final int THREADS = 2;

  private final long operations;
  private final AtomicLong done = new AtomicLong();

  public Chaos(long operations) {
    this.operations = operations;
  }

  /**
   * The state after a run.
   *
   * @param fragmentation mean share of the budget that was free at the moments when no contiguous
   *     free piece was large enough for a block
   * @param leakedBytes number of leases and bytes that are left at the end; 0 if nothing leaked
   * @param stats statistics of the cache before it was closed
   */
  public record Result(
      long operations,
      double seconds,
      double fragmentation,
      long leakedBytes,
      KvCacheStats stats) {}

  public Result run() {
    long begin = System.nanoTime();
    UserKvCache cache = new UserKvCache(new KvCacheLimits(BUDGET, Duration.ofMinutes(10), BUDGET));
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      SplittableRandom random = new SplittableRandom(thread);
      threads.add(
          CompletableFuture.runAsync(
              () -> {
                while (done.incrementAndGet() <= operations) {
                  step(cache, random);
                }
              },
              task -> new Thread(task, "chaos").start()));
    }
    threads.forEach(CompletableFuture::join);
    KvCacheStats stats = cache.stats();
    long left = stats.leases() + stats.leasedBytes();
    cache.close();
    left += cache.stats().usedBytes() + cache.stats().leases() + cache.stats().leasedBytes();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Result(operations, seconds, (double) stats.lostBytes() / BUDGET, left, stats);
  }

  private static void step(UserKvCache cache, SplittableRandom random) {
    int choice = random.nextInt(1_000);
    int user = (int) (USERS * Math.pow(random.nextDouble(), 2));
    if (choice < 3) {
      cache.erase(Integer.toString(user));
      return;
    }
    int model = random.nextInt(4) == 0 ? 1 : 0;
    KvLayout layout = LAYOUTS[model];
    // Erases all entries of one model, so that blocks of the other model's size can take their
    // place.
    if (choice == 999 && random.nextInt(200) == 0) {
      cache.eraseFingerprint("model1");
      return;
    }
    KvKey key = new KvKey(Integer.toString(user), "model" + model);
    int base = 1 + (int) (((user * 2654435761L) >>> 7) % (layout.maxRows() - 20));
    TokenHashes hashes = hashes(user, base + random.nextInt(20), choice < 60 ? choice : 0);
    if (choice < 100) {
      cache
          .refresh(key, layout, () -> hashes)
          .ifPresent(lease -> finish(lease, random.nextInt(8) > 0));
      return;
    }
    try (KvLease lease = cache.acquire(key, layout, hashes, Duration.ZERO)) {
      if (lease.outcome() == KvOutcome.HIT || random.nextInt(8) > 0) {
        commit(lease);
        if (hashes.size() < layout.maxRows() && random.nextInt(10) == 0) {
          finish(cache.branch(lease, hashes(user, hashes.size() + 1, 0)), true);
        }
      }
    } catch (KvCacheException overloaded) {
      // The cache had no room for a lease, so the operation ends without one.
    }
  }

  private static void finish(KvLease lease, boolean commits) {
    try (lease) {
      if (commits) {
        commit(lease);
      }
    }
  }

  private static void commit(KvLease lease) {
    if (lease.outcome() != KvOutcome.HIT) {
      lease.commit(new float[] {1});
    }
  }

  /** Returns the user's tokens. The last token differs if {@code variant} isn't 0. */
  private static TokenHashes hashes(int user, int rows, int variant) {
    TokenHashes.Builder builder = TokenHashes.builder(rows);
    for (int token = 0; token < rows; token++) {
      builder.add(user, token == rows - 1 && token > 0 ? token + 1000L * variant : token);
    }
    return builder.build();
  }
}
